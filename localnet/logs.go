package localnet

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// logs keeps one file for each part of the market.
type logs struct {
	dir   string
	mu    sync.Mutex
	files map[string]*os.File
}

// maxLog is the size beyond which a log is started anew when the market starts; the old one stays as NAME.log.old.
const maxLog = 16 << 20

func openLogs(dir string) (*logs, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("logs: %w", err)
	}
	return &logs{dir: dir, files: map[string]*os.File{}}, nil
}

// of returns the logger of a part. When its file cannot be opened, its lines go to standard error instead.
func (l *logs) of(name string) *slog.Logger {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.files[name]
	if !ok {
		var err error
		if f, err = openLog(filepath.Join(l.dir, name+".log")); err != nil {
			slog.Warn("log file", "part", name, "err", err)
			return slog.Default().With("part", name)
		}
		l.files[name] = f
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// Close closes all files.
func (l *logs) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	for _, f := range l.files {
		err = errors.Join(err, f.Close())
	}
	return err
}
