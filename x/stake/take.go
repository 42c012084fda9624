package stake

// CheckTake says whether a hotkey may change its take at a height: lower at any time, higher only when
// take_raise_blocks have passed since the last change, and never above max_take_u16 (R-STAKE-5).
func (h Hotkey) CheckTake(takeU16 uint32, p Params, height int64) error {
	if takeU16 > p.MaxTakeU16 {
		return ErrTakeTooHigh.Wrapf("%d of 65535 asked, the most is %d", takeU16, p.MaxTakeU16)
	}
	if next := h.TakeRaisedAt + p.TakeRaiseBlocks; takeU16 > h.TakeU16 && height < next {
		return ErrTakeTooSoon.Wrapf("raising from %d to %d at height %d; the take may be raised from height %d, %d blocks from now",
			h.TakeU16, takeU16, height, next, next-height)
	}
	return nil
}

// Pool returns the hotkey's stake and shares.
func (h Hotkey) Pool() Pool { return Pool{Rao: h.PoolRao, Shares: h.Shares} }

// WithPool returns the hotkey with another stake and other shares.
func (h Hotkey) WithPool(p Pool) Hotkey {
	h.PoolRao, h.Shares = p.Rao, p.Shares
	return h
}
