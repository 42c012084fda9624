// Package mix predicts the next byte of a text by counting, and by blending what several experts predict.
//
// NGram is a count model: contexts of up to seven bytes in compact tables, trained in one pass or byte by byte, saved
// as a file that a stranger's program can trust. Router learns, context by context, whom of several experts to believe,
// and Product how far to sharpen what they agree on; both learn from revealed bytes alone.
//
// The one invariant: every distribution that leaves this package has 256 probabilities, none of them zero, negative or
// NaN, and they sum to one within Slack.
//
//	m, err := mix.NewNGram(mix.NGramConfig{Order: 5})
//	m.Train(text)
//	var d mix.Dist
//	m.Predict([]byte("the qu"), &d) // d['i'] is near one
package mix
