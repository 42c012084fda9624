package localnet_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/localnet"
)

const question = "What is a schipperke?"

// uid is the neuron of the best planned miner of a subnet. Who answers is the gateway's choice unless a question names
// neurons: only then its answer is known beforehand.
func (m *market) uid(t *testing.T, subnet string) uint16 {
	t.Helper()
	plan := localnet.Default()
	for i, planned := range plan.Subnets {
		for _, p := range plan.Miners {
			if planned.Name != subnet || p.Subnet != subnet || p.Model != "scholar" {
				continue
			}
			for _, n := range m.neurons(t, i+1) {
				if n.Hotkey == m.hotkeys(t)[p.Name] {
					return n.UID
				}
			}
		}
	}
	require.Fail(t, "no scholar", subnet)
	return 0
}

// post sends a body to the gateway under a key.
func (m *market) post(t *testing.T, key, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.card.API+"/chat/completions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := web.Do(req)
	require.NoError(t, err)
	return res, readAll(t, res)
}

// ask asks the gateway and returns the response with its request's id.
func (m *market) ask(t *testing.T, content string) (res *http.Response, id, body string) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"model": "text", "messages": []any{map[string]string{"role": "user", "content": content}}})
	require.NoError(t, err)
	res, body = m.post(t, m.card.APIKey, string(raw))
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	id = res.Header.Get("Dendra-Request-Id")
	require.NotEmpty(t, id)
	return res, id, body
}

func (m *market) answersAtOnce(t *testing.T) {
	began := time.Now()
	_, _, body := m.ask(t, question)
	took := time.Since(began)
	require.Contains(t, body, `"content"`)
	record(t, "first_answer_ms", float64(took.Microseconds())/1000)
	require.Less(t, took, 2*time.Second)
}

// npmAnswers is what testdata/openai-npm/ask.mjs prints.
type npmAnswers struct {
	Whole struct {
		Object  string
		Choices []struct {
			Message      struct{ Role, Content string }
			FinishReason string `json:"finish_reason"`
		}
		Usage struct {
			Total int `json:"total_tokens"`
		}
	}
	Request  string
	Pinned   string
	Pieces   int
	Streamed string
	Finish   string
	Usage    struct {
		Total int `json:"total_tokens"`
	}
	Models            []string
	Model             struct{ ID, Object string }
	Unknown, WrongKey struct {
		Kind, Code, Message string
		Status              int
	}
}

func (m *market) answersNPM(t *testing.T) {
	folder, err := filepath.Abs(filepath.Join("testdata", "openai-npm"))
	require.NoError(t, err)
	node, lookErr := exec.LookPath("node")
	_, statErr := os.Stat(filepath.Join(folder, "node_modules", "openai"))
	if lookErr != nil || statErr != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "CI must have node, and `npm ci` in localnet/testdata/openai-npm")
		t.Skip("needs node, and `npm ci` in localnet/testdata/openai-npm")
	}
	cmd := exec.CommandContext(t.Context(), node, "ask.mjs")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "DENDRA_API="+m.card.API, "DENDRA_API_KEY="+m.card.APIKey,
		fmt.Sprintf("DENDRA_TEXT_UID=%d", m.uid(t, "text")))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &stderr)
	var got npmAnswers
	require.NoError(t, json.Unmarshal(out, &got), "%s", out)

	require.Equal(t, "chat.completion", got.Whole.Object)
	require.Len(t, got.Whole.Choices, 1)
	require.NotEmpty(t, got.Whole.Choices[0].Message.Content)
	require.Contains(t, got.Pinned, "dog")
	require.Equal(t, "assistant", got.Whole.Choices[0].Message.Role)
	require.Equal(t, "stop", got.Whole.Choices[0].FinishReason)
	require.Positive(t, got.Whole.Usage.Total)
	require.NotEmpty(t, got.Request)
	require.Contains(t, got.Streamed, "408")
	require.Greater(t, got.Pieces, 1, "a stream comes in pieces")
	require.Equal(t, "stop", got.Finish)
	require.Positive(t, got.Usage.Total)
	require.ElementsMatch(t, []string{"text", "pretrain", "mixture", "vision", "collective"}, got.Models)
	require.Equal(t, "collective", got.Model.ID)
	require.Equal(t, "model", got.Model.Object)
	require.Equal(t, "NotFoundError", got.Unknown.Kind)
	require.Equal(t, http.StatusNotFound, got.Unknown.Status)
	require.Equal(t, "model_not_found", got.Unknown.Code)
	require.Equal(t, "AuthenticationError", got.WrongKey.Kind)
	require.Equal(t, http.StatusUnauthorized, got.WrongKey.Status)
	require.Equal(t, "invalid_api_key", got.WrongKey.Code)
}

func chat(model, content string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(content)}}
}

func (m *market) answersGo(t *testing.T) {
	client := openai.NewClient(option.WithBaseURL(m.card.API), option.WithAPIKey(m.card.APIKey), option.WithUnsafeAllowHTTP())
	whole, err := client.Chat.Completions.New(t.Context(), chat("text", question))
	require.NoError(t, err)
	require.NotEmpty(t, whole.Choices[0].Message.Content)
	require.Equal(t, whole.Usage.PromptTokens+whole.Usage.CompletionTokens, whole.Usage.TotalTokens)
	whole, err = client.Chat.Completions.New(t.Context(), chat("text", question), m.pin(t, "text"))
	require.NoError(t, err)
	require.Contains(t, whole.Choices[0].Message.Content, "dog")
	m.streamsGo(t, client)
	m.listsGo(t, client)

	var refusal *openai.Error
	_, err = client.Chat.Completions.New(t.Context(), chat("nothing-of-this-name", question))
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusNotFound, refusal.StatusCode)
	require.Equal(t, "model_not_found", refusal.Code)
	_, err = client.Chat.Completions.New(t.Context(), chat("text", question), option.WithAPIKey("wrong"))
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusUnauthorized, refusal.StatusCode)
	require.Equal(t, "invalid_api_key", refusal.Code)
}

// pin names the neuron that shall answer, which a stock client passes on as a field it does not know.
func (m *market) pin(t *testing.T, subnet string) option.RequestOption {
	return option.WithJSONSet("dendra", map[string]any{"uids": []uint16{m.uid(t, subnet)}})
}

func (m *market) streamsGo(t *testing.T, client openai.Client) {
	params := chat("text", "What is 12 * 34?")
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(t.Context(), params, m.pin(t, "text"))
	streamed, pieces := openai.ChatCompletionAccumulator{}, 0
	for stream.Next() {
		require.True(t, streamed.AddChunk(stream.Current()))
		pieces++
	}
	require.NoError(t, stream.Err())
	require.Greater(t, pieces, 1)
	require.Contains(t, streamed.Choices[0].Message.Content, "408")
	require.Equal(t, "stop", streamed.Choices[0].FinishReason)
	require.Positive(t, streamed.Usage.TotalTokens)
}

func (m *market) listsGo(t *testing.T, client openai.Client) {
	var models []string
	for pager := client.Models.ListAutoPaging(t.Context()); pager.Next(); {
		models = append(models, pager.Current().ID)
	}
	require.ElementsMatch(t, []string{"text", "pretrain", "mixture", "vision", "collective"}, models)
	collective, err := client.Models.Get(t.Context(), "collective")
	require.NoError(t, err)
	require.Equal(t, "collective", collective.ID)
}
