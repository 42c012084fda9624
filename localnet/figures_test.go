package localnet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// figuresVar names a file that measured figures are appended to, one JSON object a line.
const figuresVar = "DENDRA_FIGURES"

// record notes a measured figure; its unit is in its name.
func record(t *testing.T, name string, value float64) {
	t.Helper()
	t.Logf("%s = %.3f", name, value)
	path := os.Getenv(figuresVar)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	require.NoError(t, err)
	require.NoError(t, json.NewEncoder(f).Encode(map[string]any{"test": t.Name(), "name": name, "value": value}))
	require.NoError(t, f.Close())
}

// sample is what a process had used at a moment.
type sample struct {
	at         time.Time
	cpuSeconds float64
	residentMB float64
}

// meter samples a process every second until the test ends.
type meter struct {
	since time.Time
	mu    sync.Mutex
	seen  []sample
}

// startMeter watches pid. Where the system has no /proc it sees nothing.
func startMeter(t *testing.T, pid int, since time.Time) *meter {
	m := &meter{since: since}
	done, ended := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(done); <-ended })
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			s, err := look(pid)
			if err != nil {
				return // it has ended, or cannot be watched
			}
			m.mu.Lock()
			m.seen = append(m.seen, s)
			m.mu.Unlock()
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return m
}

// ticksPerSecond is the unit of CPU time in /proc, the same on every Linux.
const ticksPerSecond = 100

func look(pid int) (sample, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return sample{}, err
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after) // from the third field of proc(5) on
	if len(fields) < 22 {
		return sample{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	var n [3]float64
	for i, field := range []int{11, 12, 21} { // user time, system time, resident pages
		if n[i], err = strconv.ParseFloat(fields[field], 64); err != nil {
			return sample{}, err
		}
	}
	return sample{time.Now(), (n[0] + n[1]) / ticksPerSecond, n[2] * float64(os.Getpagesize()) / 1e6}, nil
}

// cpuShare is how much of one core the process used in the last of the given time.
func (m *meter) cpuShare(last time.Duration) (share float64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) == 0 {
		return 0, false
	}
	end := m.seen[len(m.seen)-1]
	for i := len(m.seen) - 1; i >= 0; i-- {
		if s := m.seen[i]; end.at.Sub(s.at) >= last {
			return (end.cpuSeconds - s.cpuSeconds) / end.at.Sub(s.at).Seconds(), true
		}
	}
	return 0, false
}

// residentMB is the memory of the process at that age, and the most it ever had.
func (m *meter) residentMB(age time.Duration) (then, most float64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.seen {
		most = max(most, s.residentMB)
		if !ok && s.at.Sub(m.since) >= age {
			then, ok = s.residentMB, true
		}
	}
	return then, most, ok
}

// lockedBuffer takes what a process writes while the test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func readAll(t *testing.T, res *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return string(body)
}
