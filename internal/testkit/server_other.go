//go:build !linux

package testkit

import "syscall"

// processAttr: only Linux ends a child with its parent; elsewhere use Main or withpg.
func processAttr(cred *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: cred, Setpgid: true}
}
