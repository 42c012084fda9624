package cli

import (
	"context"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/validator"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/yuma/vector"
)

// entry is how a cause is named to people and what helps.
type entry struct{ code, fix string }

// chainKey names a refusal of the chain for ever.
type chainKey struct {
	codespace string
	code      uint32
}

// sentinel is a cause off the chain.
type sentinel struct {
	is        error
	code, fix string
}

// misuse lists the codes of faults in the command line itself, whichever package found them.
var misuse = []string{"bad_name", "bad_address", "bad_upstream", "no_external", "bad_config", "bad_plot", "bad_model", "bad_text"}

// sentinels are looked through in order: the more special comes first.
var sentinels = []sentinel{
	{chainclient.ErrWrongChain, "wrong_chain", "name a node of the right chain with --node, or another --home"},
	{chainclient.ErrUnknownOutcome, "outcome_unknown", "look before you repeat it: dendra wallet balance, or dendra chain status"},
	{chainclient.ErrUnreachable, "node_unreachable", "dendra up starts a local network; --node HOST:PORT names another node"},
	{chainclient.ErrNoEpoch, "no_such_epoch", "leave --epoch out for the last one, or wait: dendra subnet show N"},
	{chainclient.ErrEpochFailed, "epoch_failed", "look at the next epoch; dendra weights commits --subnet N shows how many failed in a row"},
	{chainclient.ErrPruned, "height_pruned", "ask a node that keeps more heights: --node HOST:PORT; or leave --epoch out for the last epoch"},
	{chainclient.ErrBadAnswer, "bad_answer", "do not trust this node: compare with another, --node HOST:PORT"},
	{chainclient.ErrCannotSign, "cannot_sign", "name a wallet whose coldkey lies in this home: dendra wallet list"},
	{wallet.ErrWrongPassword, "wrong_password", "try again; without the password only the words help: dendra wallet recover NAME"},
	{wallet.ErrNoPassword, "password_needed", "set DENDRA_PASSWORD, use --password-stdin, or run it in a terminal"},
	{wallet.ErrWeakPassword, "password_too_short", "choose a longer password"},
	{wallet.ErrBadWords, "bad_words", "compare the words with the paper they were written on"},
	{wallet.ErrBadName, "bad_name", "choose a name of a-z, 0-9, '.', '_' and '-'"},
	{wallet.ErrExists, "already_exists", "dendra wallet list"},
	{wallet.ErrNotFound, "wallet_not_found", "dendra wallet list shows what is there, dendra wallet create NAME makes one"},
	{wallet.ErrCorrupt, "corrupt_key_file", "restore the file from a backup, or dendra wallet recover NAME in another --home"},
	{neuron.ErrBadAddress, "bad_address", "addresses begin with tao1: dendra wallet list"},
	{miner.ErrNotRegistered, "not_registered", "dendra neuron register --subnet N"},
	{miner.ErrReplaced, "replaced", "dendra neuron register --subnet N, with a better model"},
	{miner.ErrNoExternal, "no_external", "add --external http://YOUR_HOST:PORT"},
	{miner.ErrBadUpstream, "bad_upstream", "add --upstream http://HOST:PORT/v1 of an OpenAI-compatible server"},
	{miner.ErrUpstreamUnhealthy, "upstream_unhealthy", "start the model server, then try: curl UPSTREAM/models"},
	{miner.ErrConfig, "bad_config", "dendra miner run --help"},
	{validator.ErrNotRegistered, "not_registered", "dendra neuron register --subnet N"},
	{validator.ErrReplaced, "replaced", "dendra neuron register --subnet N, with more stake"},
	{validator.ErrState, "corrupt_state", "move the named file away: the validator measures afresh"},
	{validator.ErrConfig, "bad_config", "dendra validator run --help"},
	{evidence.ErrFetch, "evidence_unreachable", "ask for a newer epoch, or get the file from somebody who has it: --file FILE"},
	{evidence.ErrFile, "bad_evidence", "do not trust this server; --file FILE audits evidence from elsewhere"},
	{audit.ErrKind, "unknown_kind", "use a program that knows the subnet's kind"},
	{requestlog.ErrInUse, "log_in_use", "stop the other gateway, or name another directory with --dir"},
	{requestlog.ErrNotFound, "request_not_found", "dendra request list"},
	{requestlog.ErrAmbiguous, "request_ambiguous", "write more of the request's id: dendra request list"},
	{requestlog.ErrClosed, "log_closed", "start the gateway again"},
	{vector.ErrKind, "bad_vector", "give a vector of kind \"epoch\""},
	{corpus.ErrDamaged, "corpus_damaged", "build or install the program again, or name your own text with --text FILE"},
	{fresh.ErrTexts, "bad_text", "name a folder of readable text files, 64 MiB at most together: --shards DIR"},
	{kind.ErrModel, "bad_model", "choose one of them, or add --upstream URL"},
	{kind.ErrProgram, "no_program", "install it so that PATH has it (apt install tesseract-ocr, brew install tesseract), or choose another --model"},
	{kind.ErrFile, "bad_model", "give a tlm, n-gram or GGUF file of at most 1 MiB, as dendra model train and dendra model export write them"},
	{lm.ErrArtifact, "bad_model", "write it with dendra model train, or dendra model export --quant q8_0"},
	{nn.ErrDiverged, "training_diverged", "train again with a lower --rate"},
	{nn.ErrNotFinite, "bad_model", "use another model: dendra model train makes one"},
	{nn.ErrText, "bad_text", "name more text, or train with a smaller --context"},
	{plot.ErrPath, "bad_plot", "name a file that ends in .svg or .png, in a directory that is there"},
	{plot.ErrData, "nothing_to_plot", "leave --plot out, or look at the numbers with --json"},
	{context.DeadlineExceeded, "timeout", "try again; dendra doctor looks for the cause"},
	{context.Canceled, "cancelled", "run it again when you are ready"},
}

// fixes are what helps against causes that only this package knows.
var fixes = map[string]string{
	"failed":                "dendra doctor looks for the cause",
	"unknown_command":       "dendra --help",
	"bad_flag":              "dendra --help",
	"bad_arguments":         "dendra --help",
	"missing_flag":          "dendra --help",
	"missing_command":       "dendra --help",
	"bad_amount":            "write TAO as 1 or 0.5, rao as 1000rao",
	"bad_subnet":            "dendra subnet list",
	"bad_height":            "dendra chain status shows the newest height",
	"bad_name":              "use 1 to 32 of a-z, 0-9 and -",
	"bad_weight":            "write weights as 4=0.6 5=0.4",
	"bad_take":              "write it as 18% or 0.18",
	"bad_value":             "dendra subnet params N shows values and bounds",
	"nothing_to_plot":       "leave --plot out, or look at the numbers with --json",
	"bad_model":             "name a tlm, n-gram or GGUF file, as dendra model train and export write them",
	"bad_text":              "name files that hold text: --text FILE",
	"no_evidence":           "wait until a vote is revealed, an epoch or two after a market begins: dendra subnet show N",
	"bad_picture":           "name a PNG, JPEG or GIF file of at most 2 MiB: --image FILE",
	"bad_output":            "name a new file in a directory that is there",
	"bad_training":          "repeat the command with its first flags, or remove the file to begin anew",
	"bad_identity":          "shorten the description, give an http or https URL",
	"bad_data_size":         "dendra chain params neuron shows the largest size",
	"param_unknown":         "dendra subnet params N shows the names",
	"param_out_of_bounds":   "dendra subnet params N shows values and bounds",
	"not_subnet_owner":      "act for the wallet that owns the subnet: dendra subnet list",
	"unknown_topic":         "dendra explain lists them all",
	"laws_unchecked":        "ask another node: --node HOST:PORT",
	"already_exists":        "name another directory with --home",
	"already_running":       "dendra status shows it, dendra down stops it",
	"not_running":           "dendra up",
	"bad_manifest":          "mend the manifest, or erase the market with dendra reset",
	"no_log":                "dendra logs without a name prints all",
	"bad_epoch":             "leave --epoch out for the last one: dendra subnet show N",
	"epoch_differs":         "do not trust this node: compare with another, --node HOST:PORT",
	"bad_scenario":          "correct the file; dendra sim run --help lists scenarios that are built in",
	"bad_vector":            "correct the file; the message names the place",
	"bad_evidence":          "name a file that a validator's evidence server gave",
	"evidence_wrong":        "look at the checks above; other validators' votes: dendra weights show --subnet N",
	"wrong_kind":            "dendra subnet list shows names: give the --subnet of that kind, or another --task",
	"unknown_kind":          "use a program that knows the subnet's kind",
	"vector_failed":         "the lines above name the figures; this program or the file is wrong",
	"bad_address":           "write it as http://HOST:PORT",
	"no_such_file":          "name a file that is there",
	"no_such_module":        "dendra chain params",
	"no_such_neuron":        "dendra neuron list --subnet N",
	"no_wallet":             "add --wallet NAME",
	"no_words":              "dendra wallet recover NAME reads the words from a line of stdin",
	"no_home":               "name a directory with --home",
	"no_models":             "dendra subnet list",
	"corrupt_home":          "restore the file, or name another directory with --home; dendra reset starts a local network afresh",
	"not_local":             "use it with the home of a local network: dendra up",
	"not_built_in":          "use the program of cmd/dendra",
	"needs_confirmation":    "add --yes to agree, or --dry-run to look first",
	"cancelled":             "run it again when you are ready",
	"passwords_differ":      "run it again and type the same password twice",
	"insufficient_funds":    "dendra wallet balance",
	"price_above_max":       "raise --max-price, or wait for the price to fall",
	"too_few_weights":       "name more neurons",
	"already_committed":     "vote again in the next epoch",
	"nothing_to_reveal":     "dendra weights set --subnet N UID=WEIGHT... commits a vote",
	"not_registered":        "dendra neuron register --subnet N",
	"books_wrong":           "do not trust this node: compare with another, --node HOST:PORT",
	"unknown_task":          "dendra validator run --help",
	"port_in_use":           "choose another port with --listen, or stop what uses it",
	"gateway_unreachable":   "dendra up starts a local network; --api URL names another gateway",
	"gateway_error":         "dendra request list shows what happened; dendra doctor looks for the cause",
	"answer_cut":            "ask again; dendra request list shows what happened",
	"request_not_found":     "dendra request list",
	"no_miner":              "see who serves with dendra neuron list --subnet N, or mine yourself: dendra miner run --subnet N --help",
	"miner_failed":          "ask again; dendra request show ID shows every attempt",
	"neuron_not_found":      "dendra neuron list --subnet N",
	"directory_unavailable": "dendra doctor looks for the cause",
	"log_unavailable":       "make room for the gateway's log; dendra logs gateway says what is wrong",
	"internal_error":        "dendra logs gateway says what is wrong",
	"rate_limit_exceeded":   "wait a little, then ask again",
	"overloaded":            "wait a little, then ask again",
	"request_too_large":     "ask something shorter",
	"invalid_api_key":       "set DENDRA_API_KEY to a key of this gateway",
	"model_not_found":       "dendra subnet list shows what can be asked",
	"unwell":                "see the checks above",
}
