package cli

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
)

// answerView is what "ask --json" prints.
type answerView struct {
	Answer    string `json:"answer"`
	Model     string `json:"model"`
	RequestID string `json:"request_id"`
	Netuid    string `json:"netuid"`
	UID       string `json:"uid"`
	CostTAO   string `json:"cost_tao"`
	CostRao   uint64 `json:"cost_rao,string"`
	Millis    int64  `json:"ms"`
}

func (a *app) askCommand() *cobra.Command {
	var model, image string
	c := &cobra.Command{Use: "ask QUESTION", Short: "Ask the network a question", Args: args(1, 1)}
	api := a.apiFlags(c)
	c.Flags().StringVar(&model, "model", "", "subnet to ask, by the name /v1/models gives it; the first when empty")
	c.Flags().StringVar(&image, "image", "", "picture to ask about, a PNG, JPEG or GIF file")
	c.RunE = func(c *cobra.Command, given []string) error {
		picture, err := readPicture(image)
		if err != nil {
			return err
		}
		g := api()
		defer g.http.CloseIdleConnections()
		if strings.TrimSpace(given[0]) == "" {
			return usagef("bad_arguments", "the question is empty").withFix(`dendra ask "Why is the sky blue?"`)
		}
		if model == "" {
			if model, err = g.firstModel(c.Context()); err != nil {
				return err
			}
		}
		return a.ask(c.Context(), g, model, userMessage(given[0], picture))
	}
	return c
}

func (g gatewayAPI) firstModel(ctx context.Context) (string, error) {
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := g.read(ctx, "/v1/models", &list); err != nil {
		return "", err
	}
	if len(list.Data) == 0 {
		return "", failf("no_models", "the gateway at %s knows no subnet", g.base).withFix("dendra subnet list")
	}
	return list.Data[0].ID, nil
}

// maxPicture is the largest picture file; the gateway takes 4 MiB of a request.
const maxPicture = 2 << 20

// readPicture returns the data URL of a picture's file, empty when there is none.
func readPicture(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := readInput(path, maxPicture, "bad_picture")
	if err != nil {
		return "", err
	}
	kind := http.DetectContentType(b)
	if kind != "image/png" && kind != "image/jpeg" && kind != "image/gif" {
		return "", usagef("bad_picture", "%s is %s, not PNG, JPEG or GIF", path, kind)
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b), nil
}

// userMessage is a question as OpenAI's chat takes it, with a picture if there is one.
func userMessage(question, picture string) map[string]any {
	if picture == "" {
		return map[string]any{"role": "user", "content": question}
	}
	return map[string]any{"role": "user", "content": []any{
		map[string]any{"type": "text", "text": question},
		map[string]any{"type": "image_url", "image_url": map[string]string{"url": picture}},
	}}
}

// ask streams the answer to stdout as it comes, then says who gave it.
func (a *app) ask(ctx context.Context, g gatewayAPI, model string, message map[string]any) error {
	start := a.Now()
	res, err := g.call(ctx, http.MethodPost, "/v1/chat/completions", map[string]any{
		"model": model, "stream": true, "messages": []map[string]any{message},
	})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var whole strings.Builder
	out := io.Writer(&whole)
	if !a.json {
		out = a.Stdout
	}
	cost, err := copyAnswer(out, res.Body)
	if err != nil {
		if !a.json {
			fmt.Fprintln(a.Stdout)
		}
		return err
	}
	v := answerView{Answer: whole.String(), Model: model, RequestID: res.Header.Get("Dendra-Request-Id"), Netuid: res.Header.Get("Dendra-Subnet"),
		UID: res.Header.Get("Dendra-Neuron"), CostTAO: cost, Millis: a.Now().Sub(start).Round(time.Millisecond).Milliseconds()}
	orSet(&v.CostTAO, res.Trailer.Get("Dendra-Cost"))
	orSet(&v.CostTAO, res.Header.Get("Dendra-Cost"))
	if v.CostRao, err = parseAmount(v.CostTAO); err != nil {
		return failf("gateway_error", "the gateway says that the answer cost %q TAO", v.CostTAO).withFix("dendra request show %s", shortID(v.RequestID))
	}
	return a.emit(v, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "\n  answered by subnet %s / neuron %s in %d ms, %s   request %s\n",
			printable(v.Netuid), printable(v.UID), v.Millis, formatTAO(v.CostRao), shortID(v.RequestID))
		return err
	})
}

// shortID is enough of a request's id to find it again.
func shortID(id string) string { return printable(id[:min(len(id), 12)]) }

// copyAnswer writes the text of a stream as it comes and returns the cost a comment of it names. A stream that ends
// before its end is an error: what came may be half an answer.
func copyAnswer(w io.Writer, stream io.Reader) (cost string, err error) {
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 0, 64<<10), maxSSEEvent)
	for lines.Scan() {
		line := lines.Text()
		if note, ok := strings.CutPrefix(line, ": dendra "); ok {
			orSet(&cost, costIn(note))
			continue
		}
		data, ok := strings.CutPrefix(line, "data:")
		if !ok {
			continue
		}
		data = strings.TrimSpace(data)
		if data == "[DONE]" {
			return cost, nil
		}
		if err := copyPiece(w, data); err != nil {
			return cost, err
		}
	}
	if err := lines.Err(); err != nil {
		return cost, failf("answer_cut", "the answer broke off: %v", err)
	}
	return cost, failf("answer_cut", "the answer ended before its end")
}

// costIn reads "cost=0.0000298 prompt_tokens=26".
func costIn(note string) string {
	for _, field := range strings.Fields(note) {
		if cost, ok := strings.CutPrefix(field, "cost="); ok {
			if _, err := strconv.ParseFloat(cost, 64); err == nil {
				return cost
			}
		}
	}
	return ""
}

func copyPiece(w io.Writer, data string) error {
	var piece struct {
		Choices []struct {
			Delta struct {
				Content string `json:"content"`
			} `json:"delta"`
		} `json:"choices"`
		Error json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal([]byte(data), &piece); err != nil {
		return failf("answer_cut", "a piece of the answer cannot be read: %v", err)
	}
	if piece.Error != nil {
		return wordsOf([]byte(data), "the answer failed")
	}
	for _, c := range piece.Choices {
		if _, err := io.WriteString(w, printable(c.Delta.Content)); err != nil {
			return err
		}
	}
	return nil
}

// printable keeps a stranger's text from steering the terminal; line breaks and tabs stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || r == '\u200d' || r == '\ufe0f' {
			return r
		}
		return -1
	}, s)
}
