package vision

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// Prompts are what people write beside pictures of text, for several pictures and for one.
var (
	manyPrompts = []string{
		"What do you read?", "What is in these pictures?", "Which character is in each picture?", "Read these images, please.",
		"Type the characters in these images, in order.", "One character per image: which ones are they, in order?",
		"Please transcribe the images from first to last.", "What letters and digits are these?", "OCR these for me.",
	}
	onePrompts = []string{
		"What do you read?", "What is in the picture?", "What does this image say?", "Read this line, please.",
		"Type the characters in this image.", "Please transcribe the image.", "What is written here?", "OCR this for me.",
	}
	rules = []string{"", "", "Reply with the characters only.", "Nothing else, please.", "Answer with the text and nothing more.", "Only letters and digits, no explanation."}
)

// systems are common system prompts; most requests have none.
var systems = []string{"", "", "", "You are a helpful assistant.", "You read text in images.", "You are an OCR engine."}

// entry is one member of a JSON object, its value already encoded.
type entry struct{ key, value string }

// envelope writes the request as one of several common clients would: optional fields, order and spacing vary with the
// draw, never with the family.
func envelope(d *draw, model, prompt string, pictures []picture.Picture) []byte {
	parts := []string{object(d, entry{"type", `"text"`}, entry{"text", encode(prompt)})}
	detail := oneOf(d, "", "", "auto", "low", "high")
	for _, p := range pictures {
		parts = append(parts, imagePart(d, picture.PNG(p.Gray), detail))
	}
	if d.chance(20) {
		parts = append(parts[1:], parts[0])
	}
	messages := []string{object(d, entry{"role", `"user"`}, entry{"content", "[" + strings.Join(parts, ",") + "]"})}
	if system := oneOf(d, systems...); system != "" {
		messages = append([]string{object(d, entry{"role", `"system"`}, entry{"content", encode(system)})}, messages...)
	}
	body := []entry{
		{"model", encode(model)}, {"messages", "[" + strings.Join(messages, ",") + "]"},
		{"logprobs", "true"}, {"top_logprobs", strconv.Itoa(oneOf(d, 10, 15, 20, 20))},
	}
	options := []entry{
		{"temperature", oneOf(d, "0", "0.2", "0.7", "1")},
		{"max_tokens", strconv.Itoa(64 * d.between(2, 8))},
		{"top_p", oneOf(d, "0.9", "0.95", "1")},
		{"stream", "false"},
		{"user", encode("u" + strconv.Itoa(d.between(1000, 99999)))},
		{"seed", strconv.Itoa(d.intn(1 << 30))},
	}
	body = append(body, some(d, d.intn(4), options)...)
	if d.chance(30) {
		body[0], body[1] = body[1], body[0]
	}
	return []byte(object(d, body...))
}

func imagePart(d *draw, file []byte, detail string) string {
	url := []entry{{"url", encode("data:image/png;base64," + base64.StdEncoding.EncodeToString(file))}}
	if detail != "" {
		url = append(url, entry{"detail", encode(detail)})
	}
	return object(d, entry{"type", `"image_url"`}, entry{"image_url", object(d, url...)})
}

func object(d *draw, entries ...entry) string {
	colon, comma := ":", ","
	if d.chance(40) {
		colon, comma = ": ", ", "
	}
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = `"` + e.key + `"` + colon + e.value
	}
	return "{" + strings.Join(parts, comma) + "}"
}

// encode writes s as a JSON string.
func encode(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("encode a string as JSON: " + err.Error()) // cannot happen: every string can be encoded
	}
	return string(b)
}
