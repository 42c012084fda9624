package neuron

import (
	"time"
)

// Question is one request of a subnet's task together with what the validator alone knows about it.
type Question struct {
	ID         string  // unique within its seed; names the question in logs and evidence
	Family     string  // kind of question, "arithmetic" for one
	Path       string  // HTTP path the miner is asked at, "/v1/chat/completions" for one
	Body       []byte  // exact request body a miner receives
	Truth      string  // the answer, in the form Grade expects; never sent
	Difficulty float64 // weight of the question in a miner's mean, greater than zero
}

// Answer is what came back for one question.
type Answer struct {
	Status  int           // HTTP status, zero when nothing arrived
	Body    []byte        // response body, signature already verified
	Latency time.Duration // from sending the request to the last byte
	Err     error         // why there is no usable answer: timeout, bad signature, connection refused
}

// Asked is one question put to one miner, with the grade the answer got.
type Asked struct {
	Question Question
	Miner    Address
	Answer   Answer
	Score    float64
}

// Task is what a subnet is off the chain: it draws questions whose truth it knows and grades answers.
// Implementations are deterministic in the seed, so that anyone can re-derive a round once its seed is public,
// and safe for concurrent use.
type Task interface {
	// Name is the kind of the task, "text" for one.
	Name() string
	// Questions draws n questions from seed. Equal seeds give equal questions.
	Questions(seed [32]byte, n int) []Question
	// Grade scores an answer in 0..1. A missing, malformed or late answer scores 0.
	Grade(q Question, a Answer) float64
}

// Originality is implemented by tasks that can tell a miner's own answers from copies of another's.
type Originality interface {
	// Originality returns, for the miners in history, a factor in 0..1 that multiplies their score: 1 for answers
	// that are plainly the miner's own or too few to judge. History holds the same questions put to several miners.
	Originality(history []Asked) map[Address]float64
}
