//go:build !unix

package pretrain

import "time"

func cpuClock() time.Time { return time.Now() }
