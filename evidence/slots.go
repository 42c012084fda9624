package evidence

import "sync"

// lazySlots bounds how many are at work; the zero value is ready.
type lazySlots struct {
	once  sync.Once
	slots chan struct{}
}

// take returns a function that frees the place, or false when all are taken. The first call fixes how many there are,
// 16 if n is zero.
func (l *lazySlots) take(n int) (func(), bool) {
	l.once.Do(func() {
		if n <= 0 {
			n = 16
		}
		l.slots = make(chan struct{}, n)
	})
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots }, true
	default:
		return nil, false
	}
}
