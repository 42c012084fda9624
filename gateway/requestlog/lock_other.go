//go:build !unix

package requestlog

import (
	"fmt"
	"os"
)

// acquire opens the lock file; this system has no advisory locks, so its user keeps to one process per folder.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open request log: %w", err)
	}
	return f, nil
}
