package testkit

import "syscall"

// processAttr has the kernel stop the server when the test process ends, however it
// ends. SIGQUIT: at once, without a checkpoint nobody needs.
func processAttr(cred *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
}
