package merit

// traitSets are the sorts of characters that tell one kind of text from another.
var traitSets = [...]string{"aeiou", "bcdfghjklmnpqrstvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " ", "\n\r", "\t",
	".,", ";:", "()[]{}", "\"'`", "-_", "=+*/<>%&|!^~#$@?\\"}

const (
	traits   = len(traitSets)
	strength = 4 // of a trait that all of a context has
)

var traitOf = func() (of [256]uint8) {
	for b := range of {
		of[b] = uint8(traits)
	}
	for k, set := range traitSets {
		for _, b := range []byte(set) {
			of[b] = uint8(k)
		}
	}
	return of
}()

// traitsOf are the parts of a context's last bytes that are of each sort.
func traitsOf(context []byte) (t [traits]float64) {
	tail := context[max(0, len(context)-looksBack):]
	for _, b := range tail {
		if k := traitOf[b]; int(k) < traits {
			t[k] += strength / float64(len(tail))
		}
	}
	return t
}

// traitColumns are the traits of the panel's contexts, a column for each, less its mean.
func (e *exam) traitColumns() [][]float64 {
	if e.traits == nil {
		e.traits = make([][]float64, traits)
		for k := range e.traits {
			e.traits[k] = make([]float64, len(e.panel.Positions))
		}
		for i, p := range e.panel.Positions {
			for k, v := range traitsOf(p.Context) {
				e.traits[k][i] = v
			}
		}
		for _, column := range e.traits {
			center(column)
		}
	}
	return e.traits
}

// center takes its mean from each of a list.
func center(list []float64) {
	mean := 0.0
	for _, v := range list {
		mean += v / float64(len(list))
	}
	for i := range list {
		list[i] -= mean
	}
}
