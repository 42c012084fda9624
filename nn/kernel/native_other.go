//go:build !amd64

package kernel

func native() []Kernel { return nil }

func groups(row, x []int8, unit []int32) int64 { return groupsPortable(row, x, unit) }
