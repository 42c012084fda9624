package vision

import (
	"math"
	"net/http"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// soft bounds what one mistake can cost: a character that was given no chance at all counts as if given about this much.
const soft = 0.002

// merit is the log-likelihood of the right class, softened such that it stays bounded and yet nobody gains by saying
// anything but what it believes. For any convex function G of the chances p, G(p) + <G'(p), e - p>, e being the right
// class, is a proper score; here G is the sum over the classes of (p+s) log(p+s), which gives
//
//	log(p[right] + s) + s * sum over the classes of log(p + s)
//
// At s = 0 that is the log-likelihood. Mixing chances with even ones before the logarithm is bounded too, but pays those
// who sharpen what they say.
func merit(p *chances, right int) float64 {
	sum := 0.0
	for _, v := range p {
		sum += math.Log(v + soft)
	}
	return math.Log(p[right]+soft) + soft*sum
}

// The ends of merit and what even chances have; grades are merits moved to 0..1, for only then is their mean proper too.
var best, worst, guess = scale()

func scale() (best, worst, guess float64) {
	var sure, even chances
	sure[0] = 1
	for i := range even {
		even[i] = 1 / float64(len(even))
	}
	return merit(&sure, 0), merit(&sure, 1), merit(&even, 0)
}

// Floor is what whoever guesses gets: a miner that says every character is as likely as any other.
func (t *Task) Floor() float64 { return (guess - worst) / (best - worst) }

// Grade scores an answer in 0..1, see Judge.
func (t *Task) Grade(q neuron.Question, a neuron.Answer) float64 {
	score, _ := t.Judge(q, a)
	return score
}

// Judge scores an answer: 1 when it is sure of every right character, Floor when it says nothing, 0 when it is sure of
// wrong ones only. What is expected of an answer is highest when its chances are those that its author believes. A
// missing, failed, late or malformed answer scores 0, with the reason. Any bytes may come in.
func (t *Task) Judge(q neuron.Question, a neuron.Answer) (float64, error) {
	switch {
	case a.Err != nil:
		return 0, unfit("%v", a.Err)
	case a.Status != http.StatusOK:
		return 0, unfit("its status is %d", a.Status)
	case a.Latency > t.opts.MaxLatency:
		return 0, unfit("it came after %v, the limit is %v", a.Latency, t.opts.MaxLatency)
	}
	texts := strings.Fields(q.Truth) // of each picture
	read, err := readAnswer(a.Body, texts)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i, c := range strings.Join(texts, "") {
		right, _ := picture.Class(c)
		sum += (merit(&read[i], right) - worst) / (best - worst)
	}
	return min(max(sum/float64(max(len(read), 1)), 0), 1), nil
}
