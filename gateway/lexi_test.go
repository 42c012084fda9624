package gateway_test

import (
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/text/lexi"
)

// The reference miner answers the stock client through the gateway, whole and streamed, with the same words.
func TestReferenceMinerAnswers(t *testing.T) {
	brain, err := lexi.New(lexi.Options{})
	require.NoError(t, err)
	m := newMarket(t, nil, &testMiner{handler: lexi.Handler(brain, "text")})
	client := m.stock()
	whole, err := client.Chat.Completions.New(t.Context(), chatParams())
	require.NoError(t, err)
	require.Contains(t, whole.Choices[0].Message.Content, "144")

	stream := client.Chat.Completions.NewStreaming(t.Context(), chatParams())
	var acc openai.ChatCompletionAccumulator
	for stream.Next() {
		require.True(t, acc.AddChunk(stream.Current()))
	}
	require.NoError(t, stream.Err())
	require.Equal(t, whole.Choices[0].Message.Content, acc.Choices[0].Message.Content)
}
