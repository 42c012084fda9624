package vision_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"image"
	"math"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/vision"
	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

func newTask(t testing.TB, o vision.Options) *vision.Task {
	t.Helper()
	task, err := vision.New(o)
	require.NoError(t, err)
	return task
}

func seed(n int) [32]byte { return [32]byte{byte(n), byte(n >> 8), 0x5e} }

// request is the body of a question as a miner sees it.
type request struct {
	Model    string
	Messages []struct {
		Role    string
		Content json.RawMessage
	}
}

// imagesOf takes the pictures out of a question.
func imagesOf(t testing.TB, q neuron.Question) (out []*image.Gray) {
	t.Helper()
	var r request
	require.NoError(t, json.Unmarshal(q.Body, &r))
	var parts []struct {
		Type     string
		ImageURL struct{ URL string } `json:"image_url"`
	}
	require.NoError(t, json.Unmarshal(r.Messages[len(r.Messages)-1].Content, &parts))
	for _, p := range parts {
		if p.Type != "image_url" {
			continue
		}
		data, ok := strings.CutPrefix(p.ImageURL.URL, "data:image/png;base64,")
		require.True(t, ok)
		file, err := base64.StdEncoding.DecodeString(data)
		require.NoError(t, err)
		g, err := eye.Decode(file)
		require.NoError(t, err)
		out = append(out, g)
	}
	return out
}

func TestNewRefusesBadOptions(t *testing.T) {
	for _, o := range []vision.Options{{Families: []string{"faces"}}, {Families: []string{}}, {MaxLatency: -1}} {
		_, err := vision.New(o)
		require.ErrorIs(t, err, vision.ErrOptions)
	}
}

func TestQuestionsFollowTheSeed(t *testing.T) {
	task := newTask(t, vision.Options{})
	a := task.Questions(seed(1), 32)
	require.Equal(t, a, task.Questions(seed(1), 32), "equal seeds must give equal questions")
	require.Equal(t, a[:10], task.Questions(seed(1), 10), "a question must not depend on how many are drawn")
	require.Empty(t, task.Questions(seed(1), 0))
	require.Empty(t, task.Questions(seed(1), -3))
	ids, bodies := map[string]bool{}, map[string]bool{}
	for s := range 5 {
		for _, q := range task.Questions(seed(s), 12) {
			require.False(t, ids[q.ID] || bodies[string(q.Body)], "%s comes twice", q.ID)
			ids[q.ID], bodies[string(q.Body)] = true, true
		}
	}
}

// TestQuestionsAreTheSameEverywhere: the digest changes when what validators ask does.
func TestQuestionsAreTheSameEverywhere(t *testing.T) {
	sum := sha256.New()
	for _, q := range newTask(t, vision.Options{}).Questions(seed(1), 16) {
		sum.Write([]byte(q.ID + q.Truth))
		sum.Write(q.Body)
	}
	require.Equal(t, "a7bf93fef3ddc3b7ec1220f5439a4802740e222235a969815a6bf077d4d95863", hex.EncodeToString(sum.Sum(nil)))
}

func TestQuestionsAreConcurrent(t *testing.T) {
	task := newTask(t, vision.Options{})
	want := task.Questions(seed(3), 8)
	done := make(chan []neuron.Question)
	for range 4 {
		go func() { done <- task.Questions(seed(3), 8) }()
	}
	for range 4 {
		require.Equal(t, want, <-done)
	}
}

// TestTruthIsWhatIsDrawn: as many characters as the pictures have room for, in pictures a chat server takes.
func TestTruthIsWhatIsDrawn(t *testing.T) {
	task := newTask(t, vision.Options{})
	seen, characters := map[string]int{}, 0
	for _, q := range task.Questions(seed(4), 100) {
		seen[q.Family]++
		images := imagesOf(t, q)
		require.LessOrEqual(t, len(images), vision.MaxPictures)
		wide := 0
		for _, g := range images {
			require.Equal(t, picture.Side, g.Rect.Dy())
			wide += g.Rect.Dx()
			require.Equal(t, q.Family == "glyphs", g.Rect.Dx() == picture.Side)
		}
		n := len(strings.ReplaceAll(q.Truth, " ", ""))
		require.Len(t, strings.Fields(q.Truth), len(images))
		require.Equal(t, n*picture.Side, wide)
		require.LessOrEqual(t, n, vision.MaxCharacters)
		require.Equal(t, vision.Path, q.Path)
		require.Equal(t, float64(n), q.Difficulty)
		require.Less(t, len(q.Body), 64<<10)
		require.NotContains(t, string(q.Body), q.Truth)
		characters += n
	}
	require.Len(t, seen, len(vision.Families()))
	require.Equal(t, seen["glyphs"], seen["line"])
	pace := task.Pace()
	require.Negative(t, pace.Shared, "an answer that others could copy")
	require.Greater(t, characters*pace.Rounds*pace.Own/100, 350, "characters in an epoch")
}

func TestSubsets(t *testing.T) {
	task := newTask(t, vision.Options{Name: "eyes", Families: []string{"line"}})
	require.Equal(t, "eyes", task.Name())
	for _, q := range task.Questions(seed(2), 20) {
		require.Equal(t, "line", q.Family)
		var r request
		require.NoError(t, json.Unmarshal(q.Body, &r))
		require.Equal(t, "eyes", r.Model)
	}
}

// TestShapeTellsNothing: every family comes in every form of request that users send.
func TestShapeTellsNothing(t *testing.T) {
	task := newTask(t, vision.Options{})
	fields := []string{"model", "messages", "temperature", "max_tokens", "top_p", "stream", "user", "seed", "logprobs", "top_logprobs"}
	seen := map[string]map[string]bool{}
	for s := range 10 {
		for _, q := range task.Questions(seed(s), 16) {
			var body map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(q.Body, &body))
			if seen[q.Family] == nil {
				seen[q.Family] = map[string]bool{}
			}
			for f := range body {
				require.Contains(t, fields, f)
				seen[q.Family][f] = true
			}
			require.NotContains(t, string(q.Body), q.Family+"\"")
		}
	}
	for family, has := range seen {
		require.Len(t, has, len(fields), family)
	}
}

// reply asks a handler as a validator asks a miner.
func reply(t testing.TB, reader vision.Reader, q neuron.Question) neuron.Answer {
	t.Helper()
	rec := httptest.NewRecorder()
	vision.Handler(reader, "vision").ServeHTTP(rec, httptest.NewRequest("POST", q.Path, bytes.NewReader(q.Body)))
	return neuron.Answer{Status: rec.Code, Body: rec.Body.Bytes()}
}

// epoch is what one model gets in one epoch: the mean over characters and its standard error.
func epoch(t testing.TB, task *vision.Task, model string, s int) (mean, stdErr float64) {
	t.Helper()
	reader, err := vision.Open(model)
	require.NoError(t, err)
	pace := task.Pace()
	var sum, weight float64
	var scores []float64
	questions := task.Questions(seed(s), pace.Rounds*pace.Own)
	for _, q := range questions {
		score, err := task.Judge(q, reply(t, reader, q))
		require.NoError(t, err)
		scores = append(scores, score)
		sum, weight = sum+q.Difficulty*score, weight+q.Difficulty
	}
	mean = sum / weight
	variance := 0.0
	for i, q := range questions {
		variance += math.Pow(q.Difficulty*(scores[i]-mean)/weight, 2)
	}
	return mean, math.Sqrt(variance)
}

// TestModelsRank: whoever sees more earns visibly more in every epoch, although each gets questions of its own.
func TestModelsRank(t *testing.T) {
	task := newTask(t, vision.Options{})
	for s := range 3 {
		last, lastErr := task.Floor(), 0.0
		for i, model := range vision.Models() {
			mean, stdErr := epoch(t, task, model, 100+10*s+i)
			t.Logf("epoch %d: %-6s %.3f ± %.3f, %.3f above the floor", s, model, mean, stdErr, (mean-task.Floor())/(1-task.Floor()))
			require.Less(t, stdErr, 0.02)
			require.Greater(t, mean-last, 2*math.Hypot(stdErr, lastErr), "%s in epoch %d", model, s)
			last, lastErr = mean, stdErr
		}
		require.Less(t, last, 0.99, "there must be room above the best")
	}
}

func BenchmarkQuestions(b *testing.B) {
	task := newTask(b, vision.Options{})
	for i := 0; b.Loop(); i++ {
		task.Questions(seed(i), 12)
	}
}
