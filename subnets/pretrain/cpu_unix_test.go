//go:build unix

package pretrain

import (
	"syscall"
	"time"
)

// cpuClock shows what this process has used of all cores.
func cpuClock() time.Time {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return time.Now()
	}
	return time.Unix(0, used.Utime.Nano()+used.Stime.Nano())
}
