package neuron

import "context"

// Chain is all that a miner, validator or gateway needs of the chain. Package chainclient implements it over the
// network, neurontest in memory. Every method honours ctx and returns an error that says what to do next.
type Chain interface {
	// Head returns the newest committed block.
	Head(ctx context.Context) (Head, error)
	// Subnets lists all subnets without their neurons.
	Subnets(ctx context.Context) ([]Subnet, error)
	// Subnet returns one subnet with its neurons as of the newest block.
	Subnet(ctx context.Context, netuid uint16) (Subnet, error)

	// SetWeights publishes v in the open; refused by subnets that use commit and reveal.
	SetWeights(ctx context.Context, key Key, netuid uint16, v Vote) error
	// CommitWeights publishes the hash of a vote (package seal computes it).
	CommitWeights(ctx context.Context, key Key, netuid uint16, hash [32]byte) error
	// RevealWeights publishes the vote and salt behind an earlier hash.
	RevealWeights(ctx context.Context, key Key, netuid uint16, v Vote, salt [16]byte) error
	// Serve publishes the endpoint under which the neuron answers.
	Serve(ctx context.Context, key Key, netuid uint16, endpoint string) error

	// CommitData publishes a few bytes of the neuron, a model's digest for one, in place of those before.
	CommitData(ctx context.Context, key Key, netuid uint16, data []byte) error
	// Committed returns what the neurons of a subnet had committed last at the end of block height, by hotkey; height 0 is
	// the newest. Nodes keep only so many heights.
	Committed(ctx context.Context, netuid uint16, height int64) ([]Committed, error)
	// BlockHash returns the hash of the block at height, which nobody knows before it is made; until then it is an error.
	BlockHash(ctx context.Context, height int64) ([32]byte, error)
	// PublishEvidence says where the evidence of an epoch is. It is refused to a neuron without a permit, before the
	// neuron's own vote of that epoch can be read by all, a few epochs after that, and when evidence of that epoch or of a
	// later one was published.
	PublishEvidence(ctx context.Context, key Key, netuid uint16, e Evidence) error
}

// Head is the tip of the chain.
type Head struct {
	ChainID string
	Height  int64
}

// Vote is a validator's weights: who, of which generation, how much. The three slices have one length and are
// sorted by uid. A weight toward a neuron that has been replaced since (other generation) does not count.
type Vote struct {
	UIDs        []uint16
	Generations []uint32
	Weights     []uint16 // the largest is 65535
	Version     uint64   // at least the subnet's version key
}

// Subnet is one market as the chain describes it.
type Subnet struct {
	Netuid           uint16
	Name             string
	Owner            string // coldkey address, empty for a subnet of the genesis
	Tempo            int64  // blocks between epochs
	Epoch            uint64 // index of the epoch that is running
	NextEpoch        int64  // height at whose end the running epoch closes
	CommitReveal     bool
	RevealEpochs     uint64 // a commit of epoch e is revealed in epoch e+RevealEpochs
	WeightsRateLimit int64  // blocks between two settings or commits of one neuron
	MinWeights       int    // fewest entries a vote must have
	VersionKey       uint64
	Neurons          []Neuron // by uid; nil in listings
}

// Neuron is one registered slot of a subnet.
type Neuron struct {
	UID            uint16
	Generation     uint32 // grows each time the slot gets a new owner
	Hotkey         Address
	Coldkey        string
	StakeRao       uint64
	Permit         bool // may set weights
	Active         bool // has set or committed weights lately
	Consensus      float64
	Incentive      float64
	Dividend       float64
	ValidatorTrust float64
	EmissionRao    uint64 // paid in the last epoch
	LastUpdate     int64  // height of the last weights or commit
	RegisteredAt   int64
	ImmuneUntil    int64
	Endpoint       string // base URL, empty when it does not serve
}
