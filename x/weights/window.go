package weights

// CheckReveal says whether a commit of epoch committed may be revealed in epoch now, when reveals come revealEpochs
// later (R-WEIGHTS-4). due is the height at whose end the running epoch closes and tempo the length of the next ones,
// for the numbers in the refusal.
func CheckReveal(committed, now, revealEpochs uint64, due, tempo int64) error {
	switch at := committed + revealEpochs; {
	case now < at:
		from := due + 1 + int64(at-now-1)*tempo
		return ErrRevealTooEarly.Wrapf("committed in epoch %d, it may be revealed in epoch %d, from about height %d; now is epoch %d", committed, at, from, now)
	case now > at:
		return ErrRevealTooLate.Wrapf("committed in epoch %d, it could be revealed in epoch %d; now is epoch %d", committed, at, now)
	}
	return nil
}

// CheckRate refuses a second setting within the rate limit; last 0 means never (R-WEIGHTS-3).
func CheckRate(now, last, limit int64) error {
	if next := last + max(limit, 1); last != 0 && now < next {
		return ErrTooSoon.Wrapf("last at height %d, next at height %d, now %d", last, next, now)
	}
	return nil
}
