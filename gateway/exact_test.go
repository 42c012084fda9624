package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func readAll(r io.Reader) string {
	b, err := io.ReadAll(r)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	return string(b)
}

// scribe writes random JSON with the liberties JSON leaves: spaces, escapes, forms of numbers, order, duplicates.
type scribe struct{ *rand.Rand }

func (s scribe) space() string { return []string{"", "", "", " ", "\n", "\t  ", "\r\n"}[s.IntN(7)] }

func (s scribe) string() string {
	pieces := []string{"a", "Z", "0", " ", "é", "日", "🙂", `\n`, `\"`, `\\`, `\/`, `\u00e9`, `\ud83d\ude42`, "{", "]", ",", ":", "[DONE]", "data: "}
	var b strings.Builder
	for range s.IntN(8) {
		b.WriteString(pieces[s.IntN(len(pieces))])
	}
	return `"` + b.String() + `"`
}

func (s scribe) value(depth int) string {
	switch k := s.IntN(9); {
	case k == 0:
		return "null"
	case k == 1:
		return []string{"true", "false"}[s.IntN(2)]
	case k <= 3:
		return []string{"0", "-0", "1.0", "1e2", "1E+2", "12345678901234567890", "0.1000", "-1.5e-7"}[s.IntN(8)]
	case k <= 6 || depth == 0:
		return s.string()
	case k == 7:
		return s.list("[", "]", depth, func() string { return s.value(depth - 1) })
	}
	return s.list("{", "}", depth, func() string { return s.string() + s.space() + ":" + s.space() + s.value(depth-1) })
}

func (s scribe) list(open, end string, depth int, item func() string) string {
	var items []string
	for range s.IntN(4) {
		items = append(items, s.space()+item()+s.space())
	}
	return open + strings.Join(items, ",") + s.space() + end
}

// object writes the given members among random ones, in random order.
func (s scribe) object(members ...string) string {
	for i := range s.IntN(6) {
		members = append(members, fmt.Sprintf(`"x%d%s:%s%s`, i, s.string()[1:], s.space(), s.value(3)))
	}
	s.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	for i, m := range members {
		members[i] = s.space() + m + s.space()
	}
	return "{" + strings.Join(members, ",") + "}"
}

// echo answers with what the test has put there, and keeps what it was asked.
type echo struct {
	mu            sync.Mutex
	asked, answer string
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = readAll(r.Body)
	if !strings.Contains(r.Header.Get("Accept"), "event-stream") {
		respond(200, "application/json", e.answer).ServeHTTP(w, r)
		return
	}
	respond(200, "text/event-stream", "data: "+e.answer+"\n\ndata: [DONE]\n\n").ServeHTTP(w, r)
}

// Two hundred random bodies, whole and streamed: not one unknown field is lost or written differently, either way.
func TestEveryByteOfUnknownFieldsSurvives(t *testing.T) {
	miner := &echo{}
	m := newMarket(t, nil, &testMiner{handler: miner})
	for i := range 200 {
		s := scribe{rand.New(rand.NewPCG(7, uint64(i)))}
		message := s.object(`"role":"user"`, `"content":`+s.string())
		members := []string{`"model" : "text"`, `"messages":[` + message + `]`}

		body := s.object(members...)
		require.True(t, json.Valid([]byte(body)), body)
		miner.answer = s.object(`"choices":[` + s.object(`"message":`+s.object(`"content":`+s.string())) + `]`)
		got := m.ask(body)
		require.Equal(t, 200, got.StatusCode, "%s\n%s", body, got.body)
		require.Equal(t, body, miner.asked)
		require.Equal(t, miner.answer, got.body)

		asked := s.object(append(members, `"stream":true`, `"stream_options":{"zz":1 , "include_usage": true}`)...)
		miner.answer = oneLine(s.object(`"choices":[` + s.object(`"delta":`+s.object(`"content":`+s.string()), `"finish_reason":"stop"`) + `]`))
		got = m.ask(asked)
		require.Equal(t, 200, got.StatusCode, "%s\n%s", asked, got.body)
		require.Equal(t, asked, miner.asked)
		require.Equal(t, miner.answer, payloads(got.body)[0])
	}
}

// oneLine removes line breaks between tokens: in an event they would end the line. Strings have none.
func oneLine(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }
