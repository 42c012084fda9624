package sim

import (
	"math"
	"strconv"
	"strings"
)

// options are the KEY=VALUE pairs of one line of a scenario. After the first fault every method gives its default.
type options struct {
	p     *parser
	value map[string]string
	order []string // keys as they stand
	err   error
}

func (p *parser) options(words []string) (*options, error) {
	o := &options{p: p, value: map[string]string{}}
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		if !ok || key == "" || value == "" {
			return nil, p.fail("%q is not KEY=VALUE", w)
		}
		if _, twice := o.value[key]; twice {
			return nil, p.fail("%q appears twice", key)
		}
		o.value[key] = value
		o.order = append(o.order, key)
	}
	return o, nil
}

func (o *options) fault(format string, args ...any) {
	if o.err == nil {
		o.err = o.p.fail(format, args...)
	}
}

// take returns a value and forgets it.
func (o *options) take(key string) (string, bool) {
	value, ok := o.value[key]
	delete(o.value, key)
	return value, ok
}

// finish refuses keys that nobody took.
func (o *options) finish() error {
	for _, key := range o.order {
		if _, left := o.value[key]; left {
			o.fault("this line has no %q", key)
		}
	}
	return o.err
}

func (o *options) parse(key, word string, low, high float64) float64 {
	v, err := strconv.ParseFloat(word, 64)
	if err != nil || !(v >= low && v <= high) {
		o.fault("%s: want a number from %v to %v, have %q", key, low, high, word)
		return low
	}
	return v
}

func (o *options) parseWhole(key, word string, low, high uint64) uint64 {
	v, err := strconv.ParseUint(word, 10, 64)
	if err != nil || v < low || v > high {
		o.fault("%s: want a whole number from %d to %d, have %q", key, low, high, word)
		return low
	}
	return v
}

func (o *options) number(key string, usual, low, high float64) float64 {
	if word, ok := o.take(key); ok {
		return o.parse(key, word, low, high)
	}
	return usual
}

func (o *options) whole(key string, usual, low, high int) int {
	if word, ok := o.take(key); ok {
		return int(o.parseWhole(key, word, uint64(low), uint64(max(high, low))))
	}
	return usual
}

func (o *options) u16(key string, v *uint16) {
	*v = uint16(o.whole(key, int(*v), 0, math.MaxUint16))
}

func (o *options) ppm(key string, v *uint32) {
	*v = uint32(o.whole(key, int(*v), 0, million))
}

func (o *options) flag(key string, usual bool) bool {
	word, ok := o.take(key)
	if ok && word != "yes" && word != "no" {
		o.fault("%s: want yes or no, have %q", key, word)
	}
	if !ok {
		return usual
	}
	return word == "yes"
}

// actor reads what a validator does. late says that it acts after the others.
func (o *options) actor() (make func() Actor, late bool) {
	does, ok := o.take("does")
	if !ok {
		does = "work"
	}
	switch does {
	case "work":
		return Honest, false
	case "copy":
		return o.copier()
	case "repeat":
		return Lazy(o.whole("every", 0, 0, MaxEpochs)), false
	case "level":
		return Constant, false
	case "favour":
		return Selfish(o.number("strangers", 0, 0, 1)), false
	case "abstain":
		return Nobody(o.whole("first", 0, 0, MaxEpochs), o.whole("epochs", 1, 1, MaxEpochs), o.whole("every", 1, 1, MaxEpochs)), false
	case "hide":
		return Hidden(o.whole("first", 0, 0, MaxEpochs)), false
	case "flash":
		f := Flash{Epoch: o.whole("epoch", 0, 0, MaxEpochs), Epochs: o.whole("epochs", 1, 1, MaxEpochs), Share: o.number("share", 0.8, 0, 0.99), Friends: -1}
		if o.flag("friends", false) {
			f.Friends = 0
		}
		return f.Actor, false
	case "snipe":
		return Snipe{Part: o.number("part", 1, 0, 1), Epochs: o.whole("epochs", 1, 1, MaxEpochs)}.Actor, false
	default:
		o.fault("validators do not %q; they work, copy, repeat, level, favour, abstain, hide, flash or snipe", does)
		return Honest, false
	}
}

func (o *options) copier() (make func() Actor, late bool) {
	c := Copy{From: LastConsensus, Fraction: o.number("fraction", 0, 0, 1), Receipts: o.number("receipts", 0, 0, 1)}
	if name, ok := o.take("from"); ok {
		found := false
		for _, s := range Sources() {
			if s.Name == name {
				c.From, found = s, true
			}
		}
		if !found {
			o.fault("nothing is copied from %q; there are %s", name, sourceNames())
		}
	}
	switch part, _ := o.take("part"); part {
	case "", "epochs":
	case "miners":
		c.Part = SomeMiners
	case "blended":
		c.Part = Blended
	default:
		o.fault("part: want epochs, miners or blended, have %q", part)
	}
	return c.Actor, c.From.Late
}

func sourceNames() string {
	var names []string
	for _, s := range Sources() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}
