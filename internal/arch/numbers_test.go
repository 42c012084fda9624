package arch

import "strconv"

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // the pattern matched digits
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }
