package localnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
)

// EndedError says that a detached market ended before it was ready.
type EndedError struct {
	Exit error    // how the process ended
	Said []string // the last lines it wrote
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("the market ended before it was ready (%v):\n%s", e.Exit, strings.Join(e.Said, "\n"))
}

func (e *EndedError) Unwrap() error { return e.Exit }

// Detach runs `dendra up` with these arguments as a process of its own that outlives this one, and returns its card
// once it is ready. When it ends before, the error is an EndedError; when ctx ends before, so does the process.
func Detach(ctx context.Context, home string, args ...string) (Card, error) {
	self, err := os.Executable()
	if err != nil {
		return Card{}, err
	}
	if err := os.MkdirAll(LogDir(home), 0o700); err != nil {
		return Card{}, err
	}
	said := filepath.Join(LogDir(home), "up.log")
	out, err := os.OpenFile(said, os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return Card{}, err
	}
	defer out.Close()
	child := exec.Command(self, args...)
	child.Stdout, child.Stderr = out, out
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return Card{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }() // ends with the child, or with this process
	card, err := awaitCard(ctx, home, child.Process.Pid, ended)
	var early *EndedError
	switch {
	case errors.As(err, &early):
		early.Said = tail(said)
	case err != nil:
		err = errors.Join(err, child.Process.Signal(syscall.SIGTERM))
		<-ended
	}
	return card, err
}

func awaitCard(ctx context.Context, home string, pid int, ended <-chan error) (Card, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if card, err := ReadCard(home); err == nil && card.PID == pid {
			return card, nil
		}
		select {
		case <-ctx.Done():
			return Card{}, ctx.Err()
		case err := <-ended:
			return Card{}, &EndedError{Exit: err}
		case <-tick.C:
		}
	}
}

// tail returns the last lines of a small text file, for an error message.
func tail(path string) []string {
	raw, err := durable.Read(path, maxJSON)
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return lines[max(0, len(lines)-10):]
}

// stopTime is how long a market may take to stop by itself.
const stopTime = 20 * time.Second

// Stop ends the market of a home and waits until it is gone. It says whether the market had to be killed.
func Stop(ctx context.Context, home string) (killed bool, err error) {
	on, err := running(home)
	if err != nil {
		return false, err
	}
	if !on {
		return false, fmt.Errorf("%w in %s", ErrNotRunning, home)
	}
	pid, err := holder(home)
	if err != nil {
		return false, err
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return false, fmt.Errorf("stop process %d: %w", pid, err)
		}
		if gone(ctx, home) {
			awaitEnd(ctx, pid)
			return signal == syscall.SIGKILL, nil
		}
	}
	return false, fmt.Errorf("process %d does not end", pid)
}

func gone(ctx context.Context, home string) bool {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	return await(ctx, "the market to end", func() (bool, error) {
		on, err := running(home)
		return !on, err
	}) == nil
}

// exitTime is how long a process may take to end after its market has: it gives back what memory it had.
const exitTime = 5 * time.Second

// awaitEnd waits until the process is gone too, or has only to be counted by its parent, so that nobody finds it still there.
func awaitEnd(ctx context.Context, pid int) {
	ctx, cancel := context.WithTimeout(ctx, exitTime)
	defer cancel()
	// It has let go of everything: to be late is no failure.
	_ = await(ctx, "the process to end", func() (bool, error) { return ended(pid), nil })
}

// Reset erases a home whose market does not run. It refuses folders that hold no market.
func Reset(home string) error {
	on, err := running(home)
	if err != nil {
		return err
	}
	if on {
		return fmt.Errorf("%w in %s; `dendra down` stops it", ErrRunning, home)
	}
	if _, err := os.Stat(lockFile(home)); err != nil {
		return fmt.Errorf("%s holds no market: %w", home, err)
	}
	return os.RemoveAll(home)
}
