package explain

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// Jury is what an epoch heard of what each neuron adds, on a subnet that replaces by evidence.
type Jury struct {
	OldestEpoch uint64      // whose evidence counted
	VoiceRao    []uint64    // by uid: the stake that counts of those whose permit was used
	Notes       []Note      // of neurons that published evidence, at most one of each
	Opinions    [][]Opinion // that count, by the uid of whom they are about
}

// Note says where a validator's evidence of an epoch is.
type Note struct {
	UID    uint16
	Epoch  uint64
	Digest string // SHA-256 of the evidence, in hexadecimal digits
	URL    string
}

// Opinion is the pruning score that one validator's evidence gives a neuron, in millionths of a bit per byte.
type Opinion struct {
	UID   uint16 // of the validator
	Ubits uint32
}

func (j *Jury) sound(n int) *Jury {
	if j == nil {
		return nil
	}
	return &Jury{OldestEpoch: j.OldestEpoch, VoiceRao: sized(j.VoiceRao, n), Notes: j.Notes, Opinions: sized(j.Opinions, n)}
}

// Why a validator's evidence gives a neuron the score it does.
const (
	SaidScore   = "score"            // it names the neuron
	SaidNothing = "not_named"        // it does not name the neuron that sits in the slot: 0
	SaidTooOld  = "evidence_too_old" // it is of an epoch that no longer counts: 0
	SaidNever   = "no_evidence"      // there is none: 0
)

// Verdict is how the scores that validators published of one neuron make the one the chain goes by.
type Verdict struct {
	VoiceRao     uint64 `json:"voice_rao,string"` // of all validators
	NeedRao      uint64 `json:"need_rao,string"`  // the least that is more than half of it
	OldestEpoch  uint64 `json:"oldest_epoch"`     // whose evidence counted
	PruningUbits uint32 `json:"pruning_ubits"`    // the highest score that so much voice gives at least
	Said         []Said `json:"said"`             // the highest score first
}

// Said is what one validator gives a neuron.
type Said struct {
	UID          uint16 `json:"uid"`
	Hotkey       string `json:"hotkey"`
	VoiceRao     uint64 `json:"voice_rao,string"`
	VoiceShare   Share  `json:"voice_share"`
	What         string `json:"what"`
	PruningUbits uint32 `json:"pruning_ubits"`
	HeardRao     uint64 `json:"heard_rao,string"` // its voice and that of all above
	HeardShare   Share  `json:"heard_share"`
	Line         bool   `json:"line"` // with it the majority is reached

	Epoch  uint64 `json:"evidence_epoch"` // this and the next two only with evidence
	Digest string `json:"sha256"`
	URL    string `json:"url"`
}

// verdict is what the jury says of a neuron: the score at which the voices, the highest score first, become a majority.
// Whoever says nothing says 0.
func (r *Replay) verdict(uid uint16) Verdict {
	v := Verdict{OldestEpoch: r.Jury.OldestEpoch, Said: []Said{}}
	for _, rao := range r.Jury.VoiceRao {
		v.VoiceRao += rao
	}
	v.NeedRao = v.VoiceRao/2 + 1
	for judge, rao := range r.Jury.VoiceRao {
		if rao > 0 {
			v.Said = append(v.Said, r.said(uint16(judge), uid))
		}
	}
	slices.SortFunc(v.Said, func(a, b Said) int {
		return cmp.Or(cmp.Compare(b.PruningUbits, a.PruningUbits), cmp.Compare(a.UID, b.UID))
	})
	heard := uint64(0)
	for i := range v.Said {
		s := &v.Said[i]
		before := heard
		heard += s.VoiceRao
		s.HeardRao, s.HeardShare = heard, Share(fixed.FracOf(heard, v.VoiceRao))
		s.VoiceShare = Share(fixed.FracOf(s.VoiceRao, v.VoiceRao))
		if before < v.NeedRao && heard >= v.NeedRao {
			s.Line, v.PruningUbits = true, s.PruningUbits
		}
	}
	return v
}

// said is what a validator's evidence gives a neuron.
func (r *Replay) said(judge, uid uint16) Said {
	s := Said{UID: judge, Hotkey: r.Neurons[judge].Hotkey, VoiceRao: r.Jury.VoiceRao[judge], What: SaidNever}
	for _, n := range r.Jury.Notes {
		if n.UID != judge {
			continue
		}
		s.Epoch, s.Digest, s.URL, s.What = n.Epoch, n.Digest, n.URL, SaidNothing
		if n.Epoch < r.Jury.OldestEpoch {
			s.What = SaidTooOld
		}
	}
	for _, o := range r.Jury.Opinions[uid] {
		if o.UID == judge {
			s.What, s.PruningUbits = SaidScore, o.Ubits
		}
	}
	return s
}

// compareJury compares what the order of replacement goes by.
func (r *Replay) compareJury() {
	if r.Jury == nil {
		return
	}
	for uid := range r.Neurons {
		same(r, "pruning_ubits", uid, r.Stored.PruningUbits[uid], r.verdict(uint16(uid)).PruningUbits)
		same(r, "judges", uid, r.Stored.Judges[uid], bits48(r.out.Dividends[uid]) > 0)
	}
}
