package localnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// commandTime bounds a command that is expected to return; bringing a market up may take most of it.
const commandTime = 2 * time.Minute

// program is the built command, used as a person at a terminal uses it.
type program struct {
	path string
	home string // HOME of the person, empty at first
}

// build makes the command from the checkout.
func build(t *testing.T) program {
	t.Helper()
	dir := t.TempDir()
	p := program{path: filepath.Join(dir, "dendra"), home: filepath.Join(dir, "home")}
	require.NoError(t, os.Mkdir(p.home, 0o700))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, "../cmd/dendra").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return p
}

// result is what a command left behind.
type result struct {
	stdout, stderr string
	code           int
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
}

// command makes a command in an environment that holds nothing of whoever runs the test.
func (p program) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.path, args...)
	c.Env = []string{"HOME=" + p.home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	c.Dir = p.home
	return c
}

// run runs a command to its end.
func (p program) run(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), commandTime)
	defer cancel()
	c := p.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err, "dendra %s", strings.Join(args, " "))
	}
	require.NoError(t, ctx.Err(), "dendra %s did not end", strings.Join(args, " "))
	return result{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
}

// ok runs a command that must succeed, and reads its JSON.
func (p program) ok(t *testing.T, into any, args ...string) {
	t.Helper()
	r := p.run(t, append(args, "--json")...)
	require.Zero(t, r.code, "dendra %s: %s", strings.Join(args, " "), r)
	require.NoError(t, json.Unmarshal([]byte(r.stdout), into), "dendra %s: %s", strings.Join(args, " "), r)
}

// complaint is what a failed command says.
type complaint struct {
	Code, Message, Fix string
}

// fails runs a command that must fail with this exit code, and reads why.
func (p program) fails(t *testing.T, code int, args ...string) complaint {
	t.Helper()
	r := p.run(t, append(args, "--json")...)
	require.Equal(t, code, r.code, "dendra %s: %s", strings.Join(args, " "), r)
	require.Empty(t, r.stdout, "a failure is no result")
	lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
	var wire struct{ Error complaint }
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &wire), "%s", r)
	require.NotEmpty(t, wire.Error.Code)
	require.NotEmpty(t, wire.Error.Message)
	require.NotEmpty(t, wire.Error.Fix, "an error without a remedy: %s", r)
	return wire.Error
}

// process is a command that runs until it is told to stop.
type process struct {
	cmd      *exec.Cmd
	out, err *lockedBuffer
	ended    chan struct{}
}

// start runs a command in the background; it is killed when the test ends, if it has not ended by then.
func (p program) start(t *testing.T, args ...string) *process {
	t.Helper()
	s := &process{cmd: p.command(context.Background(), args...), out: &lockedBuffer{}, err: &lockedBuffer{}, ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.err
	require.NoError(t, s.cmd.Start())
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it may have ended long ago
		<-s.ended
	})
	return s
}

// stop sends the signal of Ctrl-C and returns the exit code.
func (s *process) stop(t *testing.T) int {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGINT))
	select {
	case <-s.ended:
	case <-time.After(commandTime):
		require.Fail(t, "the process does not end on Ctrl-C", "%s", s.err)
	}
	return s.cmd.ProcessState.ExitCode()
}

// running reports whether the process has not ended yet.
func (s *process) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// eventually asks every fifth of a second until ok says yes, and fails the test when it has not by then.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(within), time.NewTicker(200*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			require.Fail(t, "waited in vain", "%s: not within %s", what, within)
		case <-t.Context().Done():
			require.NoError(t, t.Context().Err(), what)
		case <-tick.C:
		}
	}
}

// portCount is how many ports in a row a market may take, with room for more miners.
const portCount = 40

// freePorts finds the first of a row of free ports. It stays below those that the system gives to outgoing connections.
func freePorts(t *testing.T) int {
	t.Helper()
	for base := 10_000 + os.Getpid()%1000*20; base < 32_000; base += portCount {
		if portsFree(base, portCount) {
			return base
		}
	}
	require.Fail(t, "no row of free ports")
	return 0
}

func portsFree(base, count int) bool {
	for port := base; port < base+count; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		if l.Close() != nil {
			return false
		}
	}
	return true
}
