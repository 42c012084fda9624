package localnet

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneMarketPerHome(t *testing.T) {
	home := t.TempDir()
	on, err := running(home)
	require.NoError(t, err)
	require.False(t, on)
	held, err := takeLock(home)
	require.NoError(t, err)
	_, err = takeLock(home)
	require.ErrorIs(t, err, ErrRunning)
	pid, err := holder(home)
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	require.ErrorIs(t, Reset(home), ErrRunning)
	require.NoError(t, held.release())
	on, err = running(home)
	require.NoError(t, err)
	require.False(t, on)
	_, err = ReadCard(home)
	require.ErrorIs(t, err, ErrNotRunning)
	require.NoError(t, Reset(home))
	require.NoDirExists(t, home)
}

// Reset must never erase a folder that is something else.
func TestResetRefusesStrangeFolders(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "thesis.txt")
	require.NoError(t, os.WriteFile(precious, []byte("years of work"), 0o600))
	require.ErrorContains(t, Reset(dir), "holds no market")
	require.FileExists(t, precious)
}

func TestPortsInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	_, err = newPorts(max(1024, taken-3), 1, 0)
	if taken-3 >= 1024 {
		require.ErrorIs(t, err, ErrPortInUse)
		require.ErrorContains(t, err, "--port")
	}
	_, err = newPorts(80, 1, 0)
	require.ErrorContains(t, err, "want 1024")
}

// Whoever looks whether a market runs holds its lock for a moment, and for longer on a busy machine.
func TestALookDoesNotKeepAMarketFromStarting(t *testing.T) {
	home := t.TempDir()
	first, err := takeLock(home)
	require.NoError(t, err)
	_, err = takeLock(home)
	require.ErrorIs(t, err, ErrRunning)
	require.NoError(t, first.release())

	look, err := os.Open(lockFile(home))
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(look.Fd()), syscall.LOCK_SH))
	gone := time.AfterFunc(100*time.Millisecond, func() { _ = look.Close() })
	defer gone.Stop()
	second, err := takeLock(home)
	require.NoError(t, err)
	require.NoError(t, second.release())
}

// A process that was killed is gone before the last of its threads lets go of the lock.
func TestTheDyingHoldNoHome(t *testing.T) {
	home := t.TempDir()
	held, err := takeLock(home)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(lockFile(home), []byte("1073741824"), 0o600), "more than any system numbers")
	dead := time.AfterFunc(100*time.Millisecond, func() { _ = held.release() })
	defer dead.Stop()
	on, err := running(home)
	require.NoError(t, err)
	require.False(t, on)

	require.False(t, ended(os.Getpid()))
	child := exec.Command("true")
	require.NoError(t, child.Start())
	require.Eventually(t, func() bool { return ended(child.Process.Pid) }, 10*time.Second, 5*time.Millisecond, "before it is waited for")
	require.NoError(t, child.Wait())
}
