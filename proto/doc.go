// Package proto holds the wire truth of the chain. Go code is generated into the packages under x/.
package proto

//go:generate go run ./gen
