# What is more than one go command. The program is built by `go build ./cmd/dendra` and tested by `go test ./...`.

.PHONY: weights

# Train the shipped model again: half an hour of one core. Stopped, it goes on where it was. On the same kernel the
# same code gives the same file; a new file needs its hash and figure in nn/weights/weights_test.go.
weights:
	GOMAXPROCS=1 go run ./corpus/train
	go test ./nn/weights
