package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
)

// auditFlags are those of "subnet audit".
type auditFlags struct {
	epoch, validator, file string
}

func (a *app) subnetAudit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{Use: "audit N --validator V", Short: "Compute a validator's scores again from its evidence, or list who published", Args: args(1, 1)}
	c.Flags().StringVar(&f.epoch, "epoch", "", "number of the epoch; the last with evidence without it")
	c.Flags().StringVar(&f.validator, "validator", "", "uid, hotkey address or wallet of the validator; without it, list who published")
	c.Flags().StringVar(&f.file, "file", "", "evidence from a file instead of the validator's server")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := parseNetuid(given[0])
		if err != nil {
			return err
		}
		if f.validator == "" && (f.file != "" || f.epoch != "") {
			return usagef("missing_flag", "no validator is named").withFix("add --validator V: dendra subnet audit %d lists them", netuid)
		}
		if f.validator == "" {
			return a.listEvidence(c.Context(), netuid)
		}
		p, err := a.findEvidence(c.Context(), netuid, f)
		if err != nil {
			return err
		}
		return a.audit(c.Context(), p)
	}
	return c
}

// papers are what an audit works on.
type papers struct {
	client *chainclient.Client
	netuid uint16
	hotkey neuron.Address
	epoch  uint64
	note   *chainclient.Published // nil where the chain has none of that epoch
	fetch  *evidence.Fetcher      // nil where nobody is known to serve
	packed []byte
	file   *evidence.File
}

// findEvidence reads the note on the chain and gets the file it speaks of.
func (a *app) findEvidence(ctx context.Context, netuid uint16, f auditFlags) (papers, error) {
	p := papers{netuid: netuid}
	if f.file != "" { // what cannot be read needs no chain
		if err := p.read(f.file); err != nil {
			return p, err
		}
	}
	var err error
	if p.client, err = a.chain(ctx); err != nil {
		return p, err
	}
	if p.hotkey, err = a.findValidator(ctx, p.client, netuid, f.validator); err != nil {
		return p, err
	}
	if err := p.chooseEpoch(ctx, f.epoch); err != nil {
		return p, err
	}
	if err := p.findNote(ctx); err != nil {
		return p, err
	}
	if p.file != nil {
		return p, nil
	}
	a.say("fetching the evidence of epoch %d from %s", p.epoch, term.Clean(p.fetch.Base))
	if p.packed, err = p.fetch.File(ctx, p.epoch); err != nil {
		return p, err
	}
	p.file, err = evidence.Decode(p.packed)
	return p, err
}

func (p *papers) read(path string) (err error) {
	p.packed, err = durable.Read(path, evidence.MaxFileBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("no_such_file", "there is no file %q", path)
	}
	if err == nil {
		p.file, err = evidence.Decode(p.packed)
	}
	if err != nil {
		return usagef("bad_evidence", "%s: %v", path, err)
	}
	return nil
}

// findValidator reads a uid, or whatever names a hotkey.
func (a *app) findValidator(ctx context.Context, client *chainclient.Client, netuid uint16, name string) (neuron.Address, error) {
	uid, err := strconv.ParseUint(name, 10, 16)
	if err != nil {
		return a.findHotkey(name)
	}
	market, err := client.Subnet(ctx, netuid)
	if err != nil {
		return "", err
	}
	if uid >= uint64(len(market.Neurons)) {
		return "", failf("no_such_neuron", "subnet %d has %d neurons: uids from 0; %d is none of them", netuid, len(market.Neurons), uid)
	}
	return market.Neurons[uid].Hotkey, nil
}

// chooseEpoch takes the epoch that was named, that of the file, or the last that the validator noted.
func (p *papers) chooseEpoch(ctx context.Context, given string) (err error) {
	switch {
	case given != "":
		if p.epoch, err = strconv.ParseUint(given, 10, 64); err != nil {
			return usagef("bad_epoch", "%q is no epoch: they are numbered from 0", given).withFix("leave --epoch out for the last one")
		}
	case p.file != nil:
		p.epoch = p.file.Epoch
	default:
		last, err := p.client.Evidence(ctx, p.netuid, p.hotkey)
		if err != nil {
			return err
		}
		p.epoch = last.Epoch
	}
	return nil
}

// findNote looks for the note of the epoch and for who serves it. Without a note of that epoch, the server is that of
// the last one.
func (p *papers) findNote(ctx context.Context) error {
	note, err := p.client.EvidenceOf(ctx, p.netuid, p.hotkey, p.epoch)
	if err == nil {
		p.note = &note
	} else if !errors.Is(err, chainclient.ErrNoEvidence) && !errors.Is(err, chainclient.ErrPruned) && !errors.Is(err, chainclient.ErrNoEpoch) {
		return err
	} else if note, err = p.client.Evidence(ctx, p.netuid, p.hotkey); err != nil {
		if p.file != nil {
			return nil
		}
		return err
	}
	base, err := evidence.BaseOf(note.URL, p.netuid, note.Epoch)
	if err == nil {
		p.fetch = &evidence.Fetcher{Base: base, Netuid: p.netuid}
	} else if p.file != nil {
		return nil
	}
	return err
}

// audit computes everything again and prints what came of it.
func (a *app) audit(ctx context.Context, p papers) error {
	o := audit.Options{Known: a.known(ctx, p), Blob: p.blob, Previous: p.previous(ctx)}
	if err := a.auditKind(p.file, &o); err != nil {
		return err
	}
	a.say("computing epoch %d of kind %s again", p.epoch, term.Clean(p.file.Kind))
	report, err := audit.Run(ctx, p.packed, o)
	if err != nil {
		return err
	}
	v := newAuditView(report)
	if err := a.emit(v, func(w io.Writer) error { return v.print(w, a.names()) }); err != nil {
		return err
	}
	if !report.Right {
		return failf("evidence_wrong", "of %d things compared %d are not what the evidence gives", v.Compared, v.Wrong)
	}
	return nil
}

// auditKind finds the task or examiner that the evidence is of.
func (a *app) auditKind(f *evidence.File, o *audit.Options) error {
	k, err := findKind(a.Kinds, f.Kind)
	if err != nil {
		return failf("unknown_kind", "the evidence is of kind %q; this program knows %s", f.Kind, kindList(a.Kinds))
	}
	judge, err := k.Judge(kind.Rules{})
	if err != nil {
		return fmt.Errorf("kind %q: %w", f.Kind, err)
	}
	if (f.Exam == nil) != (judge.Examiner == nil) {
		return failf("unknown_kind", "the evidence is not as subnets of kind %q give it", f.Kind)
	}
	o.Task, o.Examiner = judge.Task, judge.Examiner
	return nil
}

func (p papers) blob(ctx context.Context, d evidence.Digest) ([]byte, error) {
	if p.fetch == nil {
		return nil, evidence.ErrMissing
	}
	return p.fetch.Blob(ctx, d)
}
