package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// raoPerTAO is how many rao a TAO has.
const raoPerTAO = 1_000_000_000

// parseAmount reads an amount in rao from "1", "0.5", "1tao", "1.25 TAO" or "1000rao". A bare number is TAO.
func parseAmount(s string) (uint64, error) {
	number, unit := splitUnit(s)
	switch unit {
	case "rao":
		rao, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return 0, badAmount(s, "rao come whole")
		}
		return rao, nil
	case "", "tao":
		return parseTAO(s, number)
	}
	return 0, badAmount(s, fmt.Sprintf("the unit %q is neither tao nor rao", unit))
}

func splitUnit(s string) (number, unit string) {
	s = strings.ToLower(strings.TrimSpace(s))
	end := strings.LastIndexAny(s, "0123456789.") + 1
	return s[:end], strings.TrimSpace(s[end:])
}

func parseTAO(s, number string) (uint64, error) {
	whole, part, dotted := strings.Cut(number, ".")
	if dotted && part == "" || len(part) > 9 {
		return 0, badAmount(s, "a TAO has nine decimals")
	}
	tao, err := digits(whole)
	if err != nil {
		return 0, badAmount(s, "write it as 1, 0.5, 1tao or 1000rao")
	}
	rao, err := digits((part + "000000000")[:9])
	if err != nil {
		return 0, badAmount(s, "write it as 1, 0.5, 1tao or 1000rao")
	}
	if tao > math.MaxUint64/raoPerTAO-1 {
		return 0, badAmount(s, "there are 21000000 TAO at most")
	}
	return tao*raoPerTAO + rao, nil
}

// digits reads a number that is nothing but digits.
func digits(s string) (uint64, error) {
	if strings.Trim(s, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseUint(s, 10, 64)
}

func badAmount(s, why string) error {
	return usagef("bad_amount", "%q is not an amount: %s", s, why).withFix("write TAO as 1 or 0.5, rao as 1000rao")
}

// formatTAO prints rao as TAO with all nine decimals and the unit.
func formatTAO(rao uint64) string { return decimalTAO(rao) + " TAO" }

// decimalTAO prints rao as TAO with all nine decimals.
func decimalTAO(rao uint64) string { return fmt.Sprintf("%d.%09d", rao/raoPerTAO, rao%raoPerTAO) }
