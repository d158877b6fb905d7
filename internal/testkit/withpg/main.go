// Command withpg starts a PostgreSQL for tests, runs a command with its address in
// MOTCUA_TEST_PG, and takes it away again:
//
//	go run ./internal/testkit/withpg -- go test ./...
//
// A cluster already named in MOTCUA_TEST_PG is used as it is.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/motcua/motcua/internal/testkit"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpg -- command [argument …]")
		return 2
	}
	cmd := exec.Command(args[0], args[1:]...) // running what it is told is its purpose
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if os.Getenv(testkit.EnvPG) == "" {
		server, err := testkit.StartServer()
		if err != nil {
			fmt.Fprintln(os.Stderr, "withpg:", err)
			return 1
		}
		defer server.Close()
		cmd.Env = append(cmd.Env, testkit.EnvPG+"="+server.URL())
	}
	// The command hears an interrupt itself; here it only must not skip the cleaning up.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
		return 1
	}
	return 0
}
