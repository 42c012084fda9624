package requestlog

import (
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Outcomes of a request and of a single attempt at it.
const (
	Answered    = "answered"      // whole answer, signature verified
	Refused     = "refused"       // the miner called the request itself wrong, and that was passed on
	Busy        = "busy"          // the miner answered 429
	Failed      = "failed"        // no miner could answer, or an answer that had begun broke
	Cancelled   = "cancelled"     // the client left; billed up to there
	Unreachable = "unreachable"   // no connection, or a broken one before any answer
	Timeout     = "timeout"       // nothing arrived within the limit
	Rejected    = "rejected"      // a status other than 2xx that is the miner's fault
	Garbage     = "garbage"       // an answer that is no OpenAI answer
	Unsigned    = "bad_signature" // the answer's signature is missing or wrong
	Cut         = "cut"           // the answer ended before its end
	Endless     = "endless"       // the answer passed the limits of length
)

// Record is one request: who asked for what, who was asked, who answered, what it cost. It holds digests of the
// request and the answer, never their text.
type Record struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"` // when the gateway accepted the request
	Key     string    `json:"key"`  // name of the API key, never the key
	Model   string    `json:"model"`
	Netuid  uint16    `json:"netuid"`
	Path    string    `json:"path"`
	Stream  bool      `json:"stream"`
	Status  int       `json:"status"` // HTTP status the client saw; 499 when it left
	Outcome string    `json:"outcome"`
	Error   string    `json:"error,omitempty"`

	Neuron   *uint16   `json:"neuron"` // uid that answered, null when none did
	Hotkey   string    `json:"hotkey,omitempty"`
	Attempts []Attempt `json:"attempts"`
	Micros   int64     `json:"duration_us"`

	PromptTokens     uint64        `json:"prompt_tokens"` // counted by the gateway
	CompletionTokens uint64        `json:"completion_tokens"`
	Claimed          *Claim        `json:"claimed_usage"` // what the miner says, null when it says nothing
	UsageDiffers     bool          `json:"usage_differs"`
	Price            Price         `json:"price"`
	CostRao          uint64        `json:"cost_rao,string"`
	CostTAO          string        `json:"cost_tao"`
	RequestSHA256    string        `json:"request_sha256"`            // body as the miner received it
	ResponseSHA256   string        `json:"response_sha256,omitempty"` // of a whole answer's body, or of a stream's events as released, each with a line feed behind it
	ResponseBytes    int64         `json:"response_bytes"`
	Proof            *neuron.Proof `json:"proof,omitempty"` // signatures of request and answer; anyone can verify them
}

// Attempt is one miner asked. Times are microseconds since the record's Time; FirstByte is zero when none came.
type Attempt struct {
	UID        uint16 `json:"uid"`
	Generation uint32 `json:"generation"`
	Hotkey     string `json:"hotkey"`
	Start      int64  `json:"start_us"`
	FirstByte  int64  `json:"first_byte_us"`
	End        int64  `json:"end_us"`
	Outcome    string `json:"outcome"`
	Status     int    `json:"status"` // HTTP status of the miner, zero when none came
	Signature  bool   `json:"signature_ok"`
	Error      string `json:"error,omitempty"`
}

// Claim is the usage a miner states in its answer.
type Claim struct {
	PromptTokens     uint64 `json:"prompt_tokens"`
	CompletionTokens uint64 `json:"completion_tokens"`
}

// Price is what tokens cost, in rao for each 1,000 of them.
type Price struct {
	PromptRao     uint64 `json:"prompt_rao_per_1000"`
	CompletionRao uint64 `json:"completion_rao_per_1000"`
}

// Totals counts the requests of one API key since the log began, including those whose records have been dropped.
type Totals struct {
	Requests         uint64 `json:"requests"`
	Answered         uint64 `json:"answered"`
	PromptTokens     uint64 `json:"prompt_tokens"`
	CompletionTokens uint64 `json:"completion_tokens"`
	CostRao          uint64 `json:"cost_rao,string"`
}

// add returns t with one more request.
func (t Totals) add(r Record) Totals {
	t.Requests++
	if r.Outcome == Answered {
		t.Answered++
	}
	t.PromptTokens += r.PromptTokens
	t.CompletionTokens += r.CompletionTokens
	t.CostRao += r.CostRao
	return t
}
