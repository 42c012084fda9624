package scoring

import (
	"fmt"

	"github.com/dendra-net/dendra/neuron"
)

// Grade scores an answer, 0..1; none scores zero. A task that panics on what a miner wrote gives zero to that miner,
// and work to its author: the error tells the panic.
func Grade(task neuron.Task, q neuron.Question, a neuron.Answer) (score float64, err error) {
	if a.Err != nil {
		return 0, nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			score, err = 0, fmt.Errorf("the task panicked: %v", cause)
		}
	}()
	return Unit(task.Grade(q, a)), nil
}

// Originality asks the task, if it can tell, which miners copied; nil factors apply to nobody. A panic, told by the
// error, counts as not telling.
func Originality(task neuron.Task, history []neuron.Asked) (factors map[neuron.Address]float64, err error) {
	judge, can := task.(neuron.Originality)
	if !can || len(history) == 0 {
		return nil, nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			factors, err = nil, fmt.Errorf("the task panicked: %v", cause)
		}
	}()
	factors = map[neuron.Address]float64{}
	for who, f := range judge.Originality(history) {
		factors[who] = Unit(f)
	}
	return factors, nil
}
