package vision_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn/classifier"
	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// checkLog holds the log of a training against the file that lies beside it and the figures in this test.
func checkLog(t *testing.T, log string, file []byte, right, nats float64) {
	t.Helper()
	require.Contains(t, log, fmt.Sprintf("file: %d bytes, sha256 %x\n", len(file), sha256.Sum256(file)), "the log is not of this file")
	require.Contains(t, log, fmt.Sprintf("test: %.4f right", right))
	require.Contains(t, log, fmt.Sprintf("mean log-likelihood %.4f nats, 20000 characters", -nats))
}

// heldOutFigures measures a file on n characters that no training has seen.
func heldOutFigures(t *testing.T, file []byte, n int) (right, nats float64) {
	t.Helper()
	model, err := classifier.Parse(file)
	require.NoError(t, err)
	nats, hits, err := model.Loss(eye.Examples(picture.NewDice(sha256.Sum256([]byte("held out"))), n))
	require.NoError(t, err)
	return float64(hits) / float64(n), nats
}
