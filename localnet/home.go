package localnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
)

// Errors of a home; each says in its text what to do next.
var (
	// ErrRunning means that a market runs in this home already.
	ErrRunning = errors.New("already running")
	// ErrNotRunning means that no market runs in this home.
	ErrNotRunning = errors.New("not running")
	// ErrCorrupt means that a file of this home cannot be used.
	ErrCorrupt = errors.New("corrupt home")
	// ErrStalled means that the chain makes no more blocks.
	ErrStalled = errors.New("the chain stands still")
	// ErrBlockTime means that a chain that exists was asked for another time between its blocks.
	ErrBlockTime = errors.New("block time is fixed")
	// ErrPortInUse means that somebody else listens where the market should.
	ErrPortInUse = errors.New("port in use")
)

// Files of a home.
func cardFile(home string) string     { return filepath.Join(home, "network.json") }
func manifestFile(home string) string { return filepath.Join(home, "manifest.json") }
func lockFile(home string) string     { return filepath.Join(home, "lock") }
func nodeDir(home string) string      { return filepath.Join(home, "node") }

// LogDir holds one log for each part of the market.
func LogDir(home string) string { return filepath.Join(home, "log") }

// lock is held by the process that runs the market; the system frees it when the process dies, however it dies.
type lock struct{ f *os.File }

func takeLock(home string) (*lock, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, fmt.Errorf("home: %w", err)
	}
	f, err := os.OpenFile(lockFile(home), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("home: %w", err)
	}
	if !flock(f) {
		return nil, errors.Join(fmt.Errorf("%w in %s", ErrRunning, home), f.Close())
	}
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		return nil, errors.Join(fmt.Errorf("home: %w", err), f.Close())
	}
	return &lock{f}, nil
}

// lockPatience is how long a lock may be held by somebody who only looks whether a market runs, see running: such a one
// lets go at once, unless the machine is so busy that it is not let to.
const lockPatience = time.Second

// flock takes the lock of an open file, or reports false when a market holds it.
func flock(f *os.File) bool {
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return true
		}
		if time.Since(began) > lockPatience {
			return false
		}
	}
}

func writePID(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

// holder is the process that runs the market of a home.
func holder(home string) (int, error) {
	raw, err := durable.Read(lockFile(home), 64)
	if err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(string(raw))
	if err != nil || pid <= 1 {
		return 0, fmt.Errorf("%w: %s holds no process id", ErrCorrupt, lockFile(home))
	}
	return pid, nil
}

func (l *lock) release() error { return l.f.Close() }

// running reports whether some process holds the home. One that was killed may hold it a little longer, while its threads
// end one after the other: that is waited for.
func running(home string) (bool, error) {
	f, err := os.Open(lockFile(home))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
			return false, nil
		}
		if pid, err := holder(home); err != nil || !ended(pid) || time.Since(began) > exitTime {
			return true, nil // whatever the file says, somebody holds it
		}
	}
}

// ended reports whether a process is gone, or has only to be counted by its parent.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && hasProc() // ended just now
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}

// hasProc reports whether this system tells about processes in files.
func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(path, append(raw, '\n'), 0o600)
}

// maxJSON bounds the small files of a home.
const maxJSON = 1 << 20

func readJSON(path string, v any) error {
	raw, err := durable.Read(path, maxJSON)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%w: %s: %w; `dendra reset` erases the home", ErrCorrupt, path, err)
	}
	return nil
}

// diskHint says how much room the file system of a folder has left.
func diskHint(dir string) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return "see `dendra logs chain`"
	}
	return fmt.Sprintf("the disk of %s has %d MiB left; see `dendra logs chain`", dir, fs.Bavail*uint64(fs.Bsize)>>20)
}
