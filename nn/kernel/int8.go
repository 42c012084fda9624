package kernel

import "fmt"

// Group is how many activations of eight bits share a unit.
const Group = 32

// ProductInt8 sets dst[i], for each of rows, to the sum over groups g of unit[g] times the product of the group in row i of
// w and in x. It is exact, the same on every machine, as long as the values lie within -127 and 127: then a group's product
// has 20 bits.
func ProductInt8(dst []int64, rows, cols int, w, x []int8, unit []int32) {
	if rows < 0 || cols < 0 || len(dst) != rows || len(w) != rows*cols || len(x) != cols || len(unit) != (cols+Group-1)/Group {
		panic(fmt.Sprintf("kernel: %d x %d of %d times %d in %d groups into %d", rows, cols, len(w), len(x), len(unit), len(dst)))
	}
	whole := cols / Group
	for i := range dst {
		row := w[i*cols:][:cols]
		dst[i] = groups(row[:whole*Group], x, unit[:whole])
		if whole < len(unit) {
			dst[i] += int64(dotInt8(row[whole*Group:], x[whole*Group:])) * int64(unit[whole])
		}
	}
}

// groupsPortable sums over whole groups.
func groupsPortable(row, x []int8, unit []int32) (sum int64) {
	for g, u := range unit {
		sum += int64(dotInt8(row[g*Group:][:Group], x[g*Group:][:Group])) * int64(u)
	}
	return sum
}

func dotInt8(x, y []int8) (sum int32) {
	y = y[:len(x)]
	for i, v := range x {
		sum += int32(v) * int32(y[i])
	}
	return sum
}
