package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// need is a program of the system that tests use.
type need struct {
	what    string
	names   []string // any of them in PATH
	glob    string   // or a file of this shape
	apt     string   // package of Debian and Ubuntu
	purpose string
}

var needs = []need{
	{"PostgreSQL", []string{"initdb"}, "/usr/lib/postgresql/*/bin/initdb", "postgresql", "the second database"},
	{"Chromium", []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"}, "", "chromium", "the browser journeys"},
	{"pdftotext, pdfinfo", []string{"pdftotext"}, "", "poppler-utils", "reading printed papers"},
	{"npm", []string{"npm"}, "", "npm", "the accessibility scanner axe-core"},
	{"a C compiler", []string{"gcc", "cc", "clang"}, "", "gcc libc6-dev", "the race detector"},
	{"unshare and nsenter", []string{"nsenter"}, "", "util-linux", "a disk that can be full"},
}

func (n need) met() bool {
	for _, name := range n.names {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	found, _ := filepath.Glob(n.glob)
	return len(found) > 0
}

// bring installs what the machine misses when this process may, and otherwise says what to install.
func bring() error {
	var missing []need
	var packages []string
	for _, n := range needs {
		if !n.met() {
			missing = append(missing, n)
			packages = append(packages, strings.Fields(n.apt)...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		fmt.Println("installing", strings.Join(packages, " "))
		for _, args := range [][]string{{"update", "-q"}, append([]string{"install", "-y", "-q", "--no-install-recommends"}, packages...)} {
			cmd := exec.Command("apt-get", args...)
			cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Printf("apt-get %s: %v\n%s\n", args[0], err, out)
			}
		}
	}
	var errs []error
	for _, n := range missing {
		if !n.met() {
			errs = append(errs, fmt.Errorf("missing: %s, for %s (Debian, Ubuntu: apt-get install %s)", n.what, n.purpose, n.apt))
		}
	}
	return errors.Join(errs...)
}
