package scoring

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// RoundSeed is what the questions of one round are drawn from: sha256 of the epoch's secret, the epoch, the height at
// which the round began and its index. Nobody knows it before the round, anyone can check it once the secret is out.
func RoundSeed(secret [32]byte, epoch uint64, height int64, round int) [32]byte {
	b := append([]byte("dendra/validator/round/v1\x00"), secret[:]...)
	b = binary.LittleEndian.AppendUint64(b, epoch)
	b = binary.LittleEndian.AppendUint64(b, uint64(height))
	b = binary.LittleEndian.AppendUint64(b, uint64(round))
	return sha256.Sum256(b)
}

// branch derives a seed for one use within a round.
func branch(seed [32]byte, use string, who []byte) [32]byte {
	return sha256.Sum256(bytes.Join([][]byte{seed[:], []byte(use), who}, []byte{0}))
}

func source(seed [32]byte) *rand.Rand { return rand.New(rand.NewChaCha8(seed)) }

// Serving lists the neurons that serve, without own, by hotkey.
func Serving(neurons []neuron.Neuron, own neuron.Address) []neuron.Neuron {
	var serving []neuron.Neuron
	for _, candidate := range neurons {
		if candidate.Endpoint != "" && candidate.Hotkey != own {
			serving = append(serving, candidate)
		}
	}
	slices.SortFunc(serving, func(a, b neuron.Neuron) int { return bytes.Compare([]byte(a.Hotkey), []byte(b.Hotkey)) })
	return serving
}

// SampleMiners picks at most n of the neurons that serve, leaving out own, each with the same chance. The order does
// not depend on the order in which the chain lists them.
func SampleMiners(seed [32]byte, neurons []neuron.Neuron, own neuron.Address, n int) []neuron.Neuron {
	return Sample(seed, Serving(neurons, own), n)
}

// Sample picks at most n of serving, which is sorted and is shuffled in place.
func Sample[T any](seed [32]byte, serving []T, n int) []T {
	source(branch(seed, "miners", nil)).Shuffle(len(serving), func(i, j int) { serving[i], serving[j] = serving[j], serving[i] })
	return serving[:min(n, len(serving))]
}

// Put is a question on its way to one miner.
type Put struct {
	Question neuron.Question
	Shared   bool // the other miners of the round get it too
}

// DrawRound draws n questions of a task and makes their names unique among all rounds.
func DrawRound(task neuron.Task, seed [32]byte, n int) []neuron.Question {
	if n <= 0 {
		return nil
	}
	questions := task.Questions(seed, n)
	for i := range questions {
		questions[i].ID = hex.EncodeToString(seed[:4]) + "/" + questions[i].ID
	}
	return questions
}

// PlanFor is what one miner is asked, step by step. The same step holds the shared question of that place for every
// miner, or for every miner a question of its own: all are asked alike at the same time, so that the times of their
// answers can be compared, and no miner can tell which of its questions others have.
func PlanFor(task neuron.Task, seed [32]byte, shared []neuron.Question, miner neuron.Address, pads int) []Put {
	var plan []Put
	for _, q := range shared {
		plan = append(plan, Put{q, true})
	}
	for _, q := range DrawRound(task, branch(seed, "pads", []byte(miner)), pads) {
		plan = append(plan, Put{q, false})
	}
	source(branch(seed, "order", nil)).Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	return plan
}

// Reserve is how many blocks at the end of an epoch are kept for the vote: a fifth, 2 to 20.
func Reserve(tempo int64) int64 { return min(max(tempo/5, 2), 20) }

// Schedule spreads n rounds over the blocks from first to last: one in each of n equal parts, at a place drawn from
// the seed, so that nobody knows when the next comes.
func Schedule(seed [32]byte, first, last int64, n int) []int64 {
	heights := make([]int64, n)
	random := source(branch(seed, "schedule", nil))
	span := float64(max(last-first, 0)) / float64(max(n, 1))
	for i := range heights {
		heights[i] = first + int64(span*(float64(i)+random.Float64()))
	}
	return heights
}
