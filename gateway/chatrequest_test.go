package gateway

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const hello = `"messages":[{"role":"user","content":"Hello"}]`

func TestParseChatRefuses(t *testing.T) {
	for _, c := range []struct{ name, body, code, param, message string }{
		{"empty", " \n", "empty_body", "", "the body is empty"},
		{"broken", "{\"model\":\"text\",\n  \"messages\":[}", "invalid_json", "", "line 2, column 15 (byte 32 of 32)"},
		{"unfinished", `{"model":"te`, "invalid_json", "", "unexpected end of JSON input at line 1, column 12"},
		{"two values", `{} {}`, "invalid_json", "", "column 4"},
		{"array", `[1]`, "invalid_json", "", "the body is an array"},
		{"not text", "\x00\x01", "invalid_json", "", "line 1, column 1"},
		{"very deep", strings.Repeat("[", 20000), "invalid_json", "", "exceeded max depth"},
		{"no model", `{` + hello + `}`, "missing_field", "model", "model is missing"},
		{"model null", `{"model":null,` + hello + `}`, "missing_field", "model", "model is missing"},
		{"model number", `{"model":7,` + hello + `}`, "invalid_type", "model", "model is a number: a string is needed"},
		{"model twice", `{"model":"a","mod\u0065l":"b",` + hello + `}`, "duplicate_field", "model", "twice"},
		{"no messages", `{"model":"text"}`, "missing_field", "messages", "messages is missing"},
		{"messages string", `{"model":"text","messages":"hi"}`, "invalid_type", "messages", "messages is a string"},
		{"messages empty", `{"model":"text","messages":[]}`, "invalid_value", "messages", "at least one"},
		{"message string", `{"model":"text","messages":["hi"]}`, "invalid_type", "messages[0]", "an object is needed"},
		{"no role", `{"model":"text","messages":[{"content":"x"}]}`, "invalid_type", "messages[0].role", "missing"},
		{"content number", `{"model":"text","messages":[{"role":"user","content":"a"},{"role":"user","content":1}]}`, "invalid_type", "messages[1].content", "a number"},
		{"stream string", `{"model":"text","stream":"yes",` + hello + `}`, "invalid_type", "stream", "true or false"},
		{"stream options", `{"model":"text","stream":true,"stream_options":1,` + hello + `}`, "invalid_type", "stream_options", "an object"},
		{"include usage", `{"model":"text","stream":true,"stream_options":{"include_usage":1},` + hello + `}`, "invalid_type", "stream_options.include_usage", "true or false"},
		{"max tokens negative", `{"model":"text","max_tokens":-1,` + hello + `}`, "invalid_value", "max_tokens", "max_tokens is -1"},
		{"max tokens part", `{"model":"text","max_completion_tokens":1.5,` + hello + `}`, "invalid_value", "max_completion_tokens", "1.5"},
		{"max tokens huge", `{"model":"text","max_tokens":99999999999999999999,` + hello + `}`, "invalid_value", "max_tokens", "a whole number"},
		{"pin number", `{"model":"text","dendra":3,` + hello + `}`, "invalid_type", "dendra", "an object"},
		{"pin netuid", `{"model":"text","dendra":{"netuid":70000},` + hello + `}`, "invalid_type", "dendra.netuid", "70000"},
		{"pin uids", `{"model":"text","dendra":{"uids":[-1]},` + hello + `}`, "invalid_type", "dendra.uids", "[-1]"},
		{"pin attempts", `{"model":"text","dendra":{"max_attempts":0},` + hello + `}`, "invalid_value", "dendra.max_attempts", "at least 1"},
		{"pin typo", `{"model":"text","dendra":{"uid":3},` + hello + `}`, "unknown_field", "dendra", `no field "uid"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseChat([]byte(c.body))
			var e *apiError
			require.ErrorAs(t, err, &e)
			require.Equal(t, 400, e.status)
			require.Equal(t, typeInvalid, e.kind)
			require.Equal(t, c.code, e.code)
			require.Equal(t, c.param, e.param)
			require.Contains(t, e.message, c.message)
			require.Less(t, len(e.message), 300)
		})
	}
}

func TestParseChatEditsAsLittleAsPossible(t *testing.T) {
	for _, c := range []struct {
		name, body, sent string
		usage            bool
	}{
		{"whole", `{ "model":"text", "zz":[1 , 2],` + hello + ` }`, `{ "model":"text", "zz":[1 , 2],` + hello + ` }`, false},
		{
			"whole with options", `{"model":"text","stream":false,"stream_options":{"include_usage":false},` + hello + `}`,
			`{"model":"text","stream":false,"stream_options":{"include_usage":false},` + hello + `}`, false,
		},
		{"stream", `{"model":"text","stream":true,` + hello + `}`, `{"model":"text","stream":true,` + hello + `,"stream_options":{"include_usage":true}}`, false},
		{
			"stream with usage", `{"stream_options":{"include_usage" : true,"x":1},"model":"text","stream":true,` + hello + `}`,
			`{"stream_options":{"include_usage" : true,"x":1},"model":"text","stream":true,` + hello + `}`, true,
		},
		{
			"stream without usage", `{"stream_options":{"include_usage":false, "x":1},"model":"text","stream":true,` + hello + `}`,
			`{"stream_options":{"include_usage":true, "x":1},"model":"text","stream":true,` + hello + `}`, false,
		},
		{
			"stream with null", `{"stream_options":null,"model":"text","stream":true,` + hello + `}`,
			`{"stream_options":{"include_usage":true},"model":"text","stream":true,` + hello + `}`, false,
		},
		{"pin", `{"model":"text", "dendra":{"uids":[4,6],"netuid":1,"max_attempts":2}, ` + hello + `}`, `{"model":"text", ` + hello + `}`, false},
		{"pin null", `{"dendra":null,"model":"text",` + hello + `}`, `{"model":"text",` + hello + `}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := parseChat([]byte(c.body))
			require.NoError(t, err)
			require.Equal(t, c.sent, string(req.body))
			require.Equal(t, c.usage, req.usage)
			require.Equal(t, "text", req.model)
		})
	}
}

func TestParseChatReadsPinAndLimits(t *testing.T) {
	req, err := parseChat([]byte(`{"model":"text","max_tokens":9,"max_completion_tokens":5,"dendra":{"uids":[4,6],"netuid":1,"max_attempts":2},` + hello + `}`))
	require.NoError(t, err)
	require.Equal(t, []uint16{4, 6}, req.pin.uids)
	require.Equal(t, uint16(1), *req.pin.netuid)
	require.Equal(t, 2, req.pin.maxAttempts)
	require.Equal(t, uint64(5), req.maxTokens)
}

func TestPromptTokensAreTheTextsAndPicturesOfMessages(t *testing.T) {
	for _, c := range []struct {
		messages string
		want     uint64
	}{
		{`[{"role":"system","content":"Be brief."},{"role":"user","content":"one two"}]`, 3 + 2},
		{`[{"role":"user","content":[{"type":"text","text":"one two"},{"type":"image_url","image_url":{"url":"data:xxxxxxxxxxxxxxxx"}}]}]`, 2 + 64},
		{`[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"add","arguments":"{\"a\":1}"}}]}]`, 1 + 7},
		{`[{"role":"user","content":"a","zz":"not for the reader"}]`, 1},
		{`[{"role":"user","content":"a","reasoning":{"x":1}}]`, 1 + 7},
	} {
		req, err := parseChat([]byte(`{"model":"text","messages":` + c.messages + `}`))
		require.NoError(t, err)
		require.Equal(t, c.want, req.prompt, c.messages)
	}
	req, err := parseChat([]byte(`{"model":"text",` + hello + `,"tools":[{"type":"function"}]}`))
	require.NoError(t, err)
	require.Equal(t, 1+CountTokens(`[{"type":"function"}]`), req.prompt)
}

func FuzzParseChat(f *testing.F) {
	f.Add(`{"model":"text","stream":true,"dendra":{"uids":[1]},` + hello + `}`)
	f.Add(`{"model":"text","stream_options":{},"tools":[{"a":"\ud800"}],` + hello + `}`)
	f.Add(`{"model":"text","messages":[{"role":"user","content":[{"text":"x"},1,null,"y"],"tool_calls":[1,{"index":-1,"function":2}]}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		req, err := parseChat([]byte(body))
		if err == nil {
			require.NoError(t, checkJSON(req.body))
			require.Nil(t, find(req.body, "dendra"))
		}
	})
}
