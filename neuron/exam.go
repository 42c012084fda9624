package neuron

import "context"

// Examiner is what a subnet is off the chain when its miners are measured together and by more than single answers: by
// what they trained, or by what each adds to the others. A subnet has either a Task or an Examiner.
//
// Examine must depend on nothing but its Exam: the seed, the epoch's length, the beacon, the miners, the memory, the shelf and
// what Ask and Own returned. Then anyone who holds a validator's evidence can run it again with the recorded answers and must find the
// same, up to the rounding of another CPU's kernels.
type Examiner interface {
	// Name is the kind of the subnet, "pretrain" for one.
	Name() string
	// Opens returns the height at which the exam of an epoch opens, which the epoch runs from begin to end-1. What
	// miners committed below that height counts, and the hash of the block at that height is the beacon.
	Opens(begin, end int64) int64
	// Examine measures every miner of x. It returns an error only when nothing can be said about anybody; a miner that
	// is silent, slow or hostile gets a zero mark with the reason. It ends soon after ctx does.
	Examine(ctx context.Context, x Exam) (Findings, error)
}

// Exam is one validator's examination of a subnet's miners in one epoch.
type Exam struct {
	ChainID   string
	Netuid    uint16
	Epoch     uint64
	Validator Address
	Seed      [32]byte    // known to the validator alone until it publishes its evidence
	Blocks    int64       // length of the epoch; all of it is bounded by that, so that everybody has the same bounds
	Opened    int64       // height at which the exam opened
	Beacon    [32]byte    // hash of the block at that height: nobody knew it before
	Miners    []Candidate // whoever serves, by hotkey
	Memory    []byte      // what Examine returned as such in the last epoch it ran; nil at first
	Shelf     Shelf       // large things that outlive an exam
	// Ask puts one signed request to a miner of the exam and returns the verified answer. It is bounded in time and
	// size, and safe for concurrent use. The same request to the same miner may be put once.
	Ask func(ctx context.Context, miner Address, method, path string, body []byte) Answer
	// Own returns what draw makes of things that only this validator has, its own text for one, and keeps it with the
	// evidence: 1 byte to 1 MiB. In an audit it returns what was kept and does not call draw. An auditor's examiner has
	// no such things, and need not know that the validator had: a draw of nil says so, and then Own returns nil unless
	// something was kept. So an examiner that can have them calls Own once in every exam; a second call fails. It is nil
	// where nothing is kept, and of no use to an examiner that uses what everybody has.
	Own func(draw func() ([]byte, error)) ([]byte, error)
}

// Candidate is a miner of an exam with what it had committed when the exam opened.
type Candidate struct {
	Neuron
	Committed Committed // the zero value when it had committed nothing
}

// Committed is what a neuron says of itself on the chain: a model's digest for one.
type Committed struct {
	Hotkey Address
	Data   []byte
	Height int64 // of the block that took it
	// First is who committed these bytes first on this subnet, and FirstHeight when. That need not be who made them: bytes
	// can be read before they are in a block. What is to be owned must name its hotkey.
	First       Address
	FirstHeight int64
}

// Shelf keeps large things by their SHA-256 between exams: artifacts for one.
type Shelf interface {
	// Get returns what has that digest, or false.
	Get(digest [32]byte) ([]byte, bool)
	// Put keeps content and returns its digest. It is dropped after an exam that does not name it in Findings.Keep.
	Put(content []byte) ([32]byte, error)
}

// Findings is what an exam brought.
type Findings struct {
	Marks  map[Address]Mark
	Memory []byte     // for the next exam, at most 1 MiB
	Keep   [][32]byte // what the shelf must keep for the next exam
	Facts  []Fact     // of the exam as a whole, for people: the loss of the collective for one
	Lost   string     // why Exam.Memory could not be used, and what begins anew for it; empty when all is well
}

// Mark is what an exam says of one miner.
type Mark struct {
	Share   float64 // of what the subnet's miners earn, 0..1; the shares of an exam sum to one or all are zero
	StdErr  float64 // standard error of Share
	N       int     // positions, pictures or windows that were scored
	Pruning float64 // by how much the loss rises when the miner is left out, bits per byte; 0 where there is no such thing
	Facts   []Fact  // of the miner, for people: its loss for one
	Reason  string  // why there is no mark, or none above zero; empty when there is nothing to say
}

// Fact is a named figure with its standard error, or without one (0).
type Fact struct {
	Name   string // short and stable: "bits_per_byte"
	Value  float64
	StdErr float64
}

// Evidence is the note on the chain that says where a validator's evidence of one epoch is, and what it found about
// who could be left out.
type Evidence struct {
	Epoch  uint64
	Digest [32]byte // SHA-256 of the evidence
	URL    string   // where anyone may fetch it
	// UIDs and Generations name neurons, by uid, and Pruning their pruning scores in millionths of a bit per byte. All
	// are empty where the subnet has no such scores.
	UIDs        []uint16
	Generations []uint32
	Pruning     []uint32
}

// Pacer is implemented by tasks that want other numbers of questions than a validator would put.
type Pacer interface {
	// Pace returns how many rounds an epoch has, how many questions of a round all miners get and how many each gets
	// for itself alone. Zero leaves a number to the validator; a negative one means none.
	Pace() Pace
}

// Pace is how a task wants to be asked.
type Pace struct {
	Rounds, Shared, Own int
}
