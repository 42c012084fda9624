package text

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// measure is one unit: its names and how many base units it is.
type measure struct {
	one, many string
	factor    string // an exact rational
}

// measures are grouped by what they measure. The factors are those of the international agreements; volumes are US.
var measures = [][]measure{
	{{"metre", "metres", "1"}, {"kilometre", "kilometres", "1000"}, {"centimetre", "centimetres", "1/100"}, {"mile", "miles", "1609.344"},
		{"yard", "yards", "0.9144"}, {"foot", "feet", "0.3048"}, {"inch", "inches", "0.0254"}},
	{{"gram", "grams", "1"}, {"kilogram", "kilograms", "1000"}, {"pound", "pounds", "453.59237"}, {"ounce", "ounces", "28.349523125"}},
	{{"second", "seconds", "1"}, {"minute", "minutes", "60"}, {"hour", "hours", "3600"}, {"day", "days", "86400"}, {"week", "weeks", "604800"}},
	{{"litre", "litres", "1"}, {"millilitre", "millilitres", "1/1000"}, {"US gallon", "US gallons", "3.785411784"}},
	{{"square metre", "square metres", "1"}, {"hectare", "hectares", "10000"}, {"acre", "acres", "4046.8564224"}},
	{{"byte", "bytes", "1"}, {"kilobyte", "kilobytes", "1000"}, {"kibibyte", "kibibytes", "1024"}, {"mebibyte", "mebibytes", "1048576"}},
}

func makeUnits(d *draw) item {
	if d.chance(20) {
		return d.temperature()
	}
	pair := some(d, 2, oneOf(d, measures...))
	value := d.quantity()
	out := mustRat(value)
	out.Mul(out, mustRat(pair[0].factor)).Quo(out, mustRat(pair[1].factor))
	places, places10 := 2, "two"
	if out.Cmp(big.NewRat(1, 10)) < 0 {
		places, places10 = 5, "five"
	}
	prompt := d.fill([]string{"v", value, "a", pair[0].many, "b", pair[1].many},
		"Convert {v} {a} to {b}.", "How many {b} are in {v} {a}?", "What is {v} {a} in {b}?", "Express {v} {a} in {b}.", "{v} {a} is how many {b}?")
	return item{prompt, roundRules(places10), truth{kindDecimal, out.FloatString(places)}}
}

func (d *draw) temperature() item {
	v := d.between(-40, 120*d.level)
	value := new(big.Rat).SetInt64(int64(v))
	from, to := "Fahrenheit", "Celsius"
	if d.chance(50) {
		from, to = to, from
		value.Mul(value, big.NewRat(9, 5)).Add(value, big.NewRat(32, 1))
	} else {
		value.Sub(value, big.NewRat(32, 1)).Mul(value, big.NewRat(5, 9))
	}
	prompt := d.fill([]string{"v", strconv.Itoa(v), "a", from, "b", to},
		"Convert {v} degrees {a} to {b}.", "What is {v} degrees {a} in {b}?", "Express {v} degrees {a} in degrees {b}.")
	return item{prompt, roundRules("two"), truth{kindDecimal, value.FloatString(2)}}
}

// quantity draws a number, with decimals at higher levels.
func (d *draw) quantity() string {
	n := strconv.Itoa(d.between(2, 40*d.level))
	if d.level > 1 && d.chance(50) {
		n += fmt.Sprintf(".%d", d.between(1, 9))
	}
	return n
}

func roundRules(places string) []string {
	var out []string
	for _, r := range []string{"Round to {n} decimals. Reply with the number only.", "Give the number rounded to {n} decimal places. No explanation.",
		"Use {n} decimals. Just the number, please."} {
		out = append(out, strings.ReplaceAll(r, "{n}", places))
	}
	return out
}

// mustRat reads a number of our own making.
func mustRat(s string) *big.Rat {
	v, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("not a number in a table: " + s)
	}
	return v
}
