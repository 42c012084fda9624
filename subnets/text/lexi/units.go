package lexi

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// unit is a measure: value in the base unit of its kind = (value + offset) * factor.
type unit struct {
	kind   string
	factor *big.Rat
	offset *big.Rat
	symbol string
}

// unitTable lists kind, factor to the base unit, offset, and names; the first name is the symbol used in answers.
var unitTable = []struct{ kind, factor, offset, names string }{
	{"length", "1", "0", "m,metre,metres,meter,meters"},
	{"length", "1000", "0", "km,kilometre,kilometres,kilometer,kilometers"},
	{"length", "1/100", "0", "cm,centimetre,centimetres,centimeter,centimeters"},
	{"length", "1/1000", "0", "mm,millimetre,millimetres,millimeter,millimeters"},
	{"length", "1609.344", "0", "mi,mile,miles"},
	{"length", "1852", "0", "nmi,nautical mile,nautical miles"},
	{"length", "0.9144", "0", "yd,yard,yards"},
	{"length", "0.3048", "0", "ft,foot,feet"},
	{"length", "0.0254", "0", "in,inch,inches"},
	{"mass", "1", "0", "g,gram,grams"},
	{"mass", "1000", "0", "kg,kilogram,kilograms,kilo,kilos"},
	{"mass", "1/1000", "0", "mg,milligram,milligrams"},
	{"mass", "1000000", "0", "t,tonne,tonnes,metric ton,metric tons"},
	{"mass", "453.59237", "0", "lb,lbs,pound,pounds"},
	{"mass", "28.349523125", "0", "oz,ounce,ounces"},
	{"mass", "6350.29318", "0", "st,stone,stones"},
	{"time", "1", "0", "s,sec,second,seconds"},
	{"time", "60", "0", "min,minute,minutes"},
	{"time", "3600", "0", "h,hour,hours"},
	{"time", "86400", "0", "d,day,days"},
	{"time", "604800", "0", "wk,week,weeks"},
	{"volume", "1", "0", "l,litre,litres,liter,liters"},
	{"volume", "1/1000", "0", "ml,millilitre,millilitres,milliliter,milliliters"},
	{"volume", "1000", "0", "m3,cubic metre,cubic metres,cubic meter,cubic meters"},
	{"volume", "3.785411784", "0", "gal,us gallon,us gallons,gallon,gallons"},
	{"volume", "0.473176473", "0", "pt,us pint,us pints,pint,pints"},
	{"volume", "0.2365882365", "0", "cup,us cup,us cups,cups"},
	{"temperature", "1", "0", "K,kelvin,kelvins"},
	{"temperature", "1", "273.15", "°C,degrees celsius,degree celsius,celsius,degrees c,centigrade,c"},
	{"temperature", "5/9", "459.67", "°F,degrees fahrenheit,degree fahrenheit,fahrenheit,degrees f,f"},
	{"speed", "1", "0", "m/s,metres per second,meters per second,metre per second,meter per second"},
	{"speed", "5/18", "0", "km/h,kilometres per hour,kilometers per hour,kph,kmh"},
	{"speed", "0.44704", "0", "mph,miles per hour,mile per hour"},
	{"speed", "463/900", "0", "kn,knot,knots"},
	{"area", "1", "0", "m2,square metre,square metres,square meter,square meters"},
	{"area", "1000000", "0", "km2,square kilometre,square kilometres,square kilometer,square kilometers"},
	{"area", "10000", "0", "ha,hectare,hectares"},
	{"area", "4046.8564224", "0", "ac,acre,acres"},
	{"area", "0.09290304", "0", "sq ft,square foot,square feet"},
	{"data", "1/8", "0", "bit,bits"},
	{"data", "1", "0", "B,byte,bytes"},
	{"data", "1000", "0", "kB,kilobyte,kilobytes"},
	{"data", "1000000", "0", "MB,megabyte,megabytes"},
	{"data", "1000000000", "0", "GB,gigabyte,gigabytes"},
	{"data", "1024", "0", "KiB,kibibyte,kibibytes"},
	{"data", "1048576", "0", "MiB,mebibyte,mebibytes"},
	{"data", "1073741824", "0", "GiB,gibibyte,gibibytes"},
	{"energy", "1", "0", "J,joule,joules"},
	{"energy", "1000", "0", "kJ,kilojoule,kilojoules"},
	{"energy", "4.184", "0", "cal,calorie,calories"},
	{"energy", "4184", "0", "kcal,kilocalorie,kilocalories"},
	{"energy", "3600000", "0", "kWh,kilowatt hour,kilowatt hours,kilowatt-hours,kilowatt-hour"},
}

// unitNames finds a unit by any of its names in lower case.
var unitNames = sync.OnceValue(func() map[string]unit {
	m := map[string]unit{}
	for _, row := range unitTable {
		names := strings.Split(row.names, ",")
		factor, okF := new(big.Rat).SetString(row.factor)
		offset, okO := new(big.Rat).SetString(row.offset)
		if !okF || !okO {
			panic("unit table: bad number in the row of " + row.names)
		}
		for _, n := range names {
			m[strings.ToLower(n)] = unit{row.kind, factor, offset, names[0]}
		}
	}
	return m
})

// unitAlternatives is a pattern of all unit names, the longest first.
var unitAlternatives = sync.OnceValue(func() string {
	var names []string
	for n := range unitNames() {
		names = append(names, regexp.QuoteMeta(n))
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return `(` + strings.Join(names, "|") + `)`
})

const amount = `(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?|an?|one|half an?)`

var (
	unitsForward = lazyFrom(func() string {
		return `(?:^|[^\w.])` + amount + `\s*°?` + unitAlternatives() +
			`(?: of \w+)?,?(?: (?:is|are|equal|equals|expressed|converted|measured|corresponds?|comes?|would be|written|make|makes))*(?: to)?(?: (?:in|to|into|as|how many))+ (?:the unit )?` +
			unitAlternatives() + `(?:$|[^\w])`
	})
	unitsBackward = lazyFrom(func() string {
		return `(?:how many|how much|number of|amount of|in) ` + unitAlternatives() +
			`(?: \w+)*? (?:in|is|are|to|make up|makes?|equals?|for|from|of)(?: there in)? ` + amount + `\s*°?` + unitAlternatives() + `(?:$|[^\w])`
	})
)

func solveUnits(q *query) (reply, bool) {
	text := spellNumbers(q.low)
	if m := unitsForward.FindStringSubmatch(text); m != nil {
		return q.convert(m[1], m[2], m[3])
	}
	if m := unitsBackward.FindStringSubmatch(text); m != nil {
		return q.convert(m[2], m[3], m[1])
	}
	return unknown()
}

func (q *query) convert(value, from, to string) (reply, bool) {
	a, b := unitNames()[from], unitNames()[to]
	if a.kind != b.kind {
		return reply{text: "A " + a.kind + " cannot be expressed in a unit of " + b.kind + ".", sure: true, chat: true}, true
	}
	v := new(big.Rat)
	switch value {
	case "a", "an", "one":
		v.SetInt64(1)
	case "half a", "half an":
		v.SetFrac64(1, 2)
	default:
		var ok bool
		if v, ok = parseRat(value); !ok {
			return unknown()
		}
	}
	base := new(big.Rat).Add(v, a.offset)
	base.Mul(base, a.factor)
	out := base.Quo(base, b.factor)
	out.Sub(out, b.offset)
	s := show(out, q.decimals())
	if s == "0" && out.Sign() != 0 {
		s = out.FloatString(15)
	}
	return known(q.only(s, value+" "+a.symbol+" = "+s+" "+b.symbol))
}
