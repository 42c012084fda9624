package gateway_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"
	"github.com/stretchr/testify/require"
)

// stock is the official client, as its users make it.
func (m *market) stock(more ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{
		option.WithBaseURL(m.url + "/v1"), option.WithAPIKey(localKey), option.WithUnsafeAllowHTTP(),
	}, more...)...)
}

func chatParams() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    "text",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is 12 * 12?")},
	}
}

func TestStockClientChats(t *testing.T) {
	m := newMarket(t, nil, good())
	client := m.stock()
	var raw *http.Response
	got, err := client.Chat.Completions.New(t.Context(), chatParams(), option.WithResponseInto(&raw))
	require.NoError(t, err)
	require.Equal(t, "The answer is 144.", got.Choices[0].Message.Content)
	require.Equal(t, int64(12), got.Usage.TotalTokens)
	require.Equal(t, wholeAnswer, got.RawJSON())
	require.Equal(t, "0.0000042", raw.Header.Get("Dendra-Cost"))
}

func TestStockClientStreams(t *testing.T) {
	m := newMarket(t, nil, good())
	client := m.stock()
	for _, usage := range []bool{false, true} {
		params := chatParams()
		if usage {
			params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
		}
		stream := client.Chat.Completions.NewStreaming(t.Context(), params)
		var acc openai.ChatCompletionAccumulator
		for stream.Next() {
			require.True(t, acc.AddChunk(stream.Current()))
		}
		require.NoError(t, stream.Err())
		require.Equal(t, "The answer is 144.", acc.Choices[0].Message.Content)
		require.Equal(t, "stop", acc.Choices[0].FinishReason)
		require.Equal(t, usage, acc.Usage.TotalTokens == 12)
	}
}

func TestStockClientSeesACutStream(t *testing.T) {
	m := newMarket(t, nil, &testMiner{handler: events(goodEvents()...), wire: cutAfter("wer is 1")})
	client := m.stock()
	stream := client.Chat.Completions.NewStreaming(t.Context(), chatParams())
	text := ""
	for stream.Next() {
		text += stream.Current().Choices[0].Delta.Content
	}
	require.Equal(t, "The answer is 1", text)
	require.ErrorContains(t, stream.Err(), "the answer broke off")
}

func TestStockClientListsAndRetrievesModels(t *testing.T) {
	m := newMarket(t, nil, good())
	client := m.stock()
	page, err := client.Models.List(t.Context())
	require.NoError(t, err)
	require.Len(t, page.Data, 1)
	require.Equal(t, "text", page.Data[0].ID)
	model, err := client.Models.Get(t.Context(), "text")
	require.NoError(t, err)
	require.Equal(t, "dendra", model.OwnedBy)

	_, err = client.Models.Get(t.Context(), "gpt-9")
	require.Equal(t, "model_not_found", apiErrorOf(t, err).Code)
}

func TestStockClientReadsErrors(t *testing.T) {
	m := newMarket(t, nil, &testMiner{handler: respond(400, "application/json",
		`{"error":{"message":"no","type":"invalid_request_error","param":"temperature","code":"bad_temperature"}}`)})
	client := m.stock()
	_, err := client.Chat.Completions.New(t.Context(), chatParams())
	e := apiErrorOf(t, err)
	require.Equal(t, 400, e.StatusCode)
	require.Equal(t, "bad_temperature", e.Code)
	require.Equal(t, "temperature", e.Param)

	wrong := m.stock(option.WithAPIKey("wrong"))
	_, err = wrong.Models.List(t.Context())
	require.Equal(t, "invalid_api_key", apiErrorOf(t, err).Code)
	require.Equal(t, 401, apiErrorOf(t, err).StatusCode)
}

// The client's own retries meet a gateway that has tried all miners already.
func TestStockClientRetriesWhenToldTo(t *testing.T) {
	failing := &testMiner{handler: respond(500, "text/plain", "no")}
	m := newMarket(t, nil, failing)
	client := m.stock(option.WithMaxRetries(1))
	_, err := client.Chat.Completions.New(t.Context(), chatParams())
	require.Equal(t, 502, apiErrorOf(t, err).StatusCode)
	require.Equal(t, int32(2), failing.calls.Load())
}

func apiErrorOf(t *testing.T, err error) *openai.Error {
	t.Helper()
	var e *openai.Error
	require.True(t, errors.As(err, &e), "%v", err)
	return e
}

// Every optional parameter the client knows reaches the miner as the client wrote it.
func TestStockClientsParametersReachTheMiner(t *testing.T) {
	miner := &testMiner{}
	var got string
	miner.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = readAll(r.Body)
		respond(200, "application/json", wholeAnswer).ServeHTTP(w, r)
	})
	m := newMarket(t, nil, miner)
	params := chatParams()
	params.FrequencyPenalty = openai.Float(-2)
	params.LogitBias = map[string]int64{"foo": 0}
	params.Logprobs = openai.Bool(true)
	params.MaxCompletionTokens, params.MaxTokens = openai.Int(0), openai.Int(0)
	params.Metadata = shared.Metadata{"foo": "string"}
	params.Seed = openai.Int(-9007199254740991)
	params.Stop = openai.ChatCompletionNewParamsStopUnion{OfString: openai.String("\n")}
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	params.Tools = []openai.ChatCompletionToolUnionParam{{OfFunction: &openai.ChatCompletionFunctionToolParam{
		Function: shared.FunctionDefinitionParam{Name: "add", Parameters: shared.FunctionParameters{"type": "object"}},
	}}}
	var sent string
	client := m.stock(option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		sent = readAll(body)
		return next(r)
	}))
	_, err := client.Chat.Completions.New(t.Context(), params)
	require.NoError(t, err)
	require.Equal(t, sent, got)
	require.True(t, strings.Contains(sent, "-9007199254740991"))
}
