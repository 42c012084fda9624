package yuma

// million is the whole of a share in millionths.
const million = 1_000_000

// Params are a subnet's rules for an epoch. Shares are u16 with 65535 as the whole.
type Params struct {
	// Kappa is the share of active stake that makes a majority in the consensus.
	Kappa uint16
	// BondsMovingAveragePPM is the part of old bonds kept each epoch, in millionths; above a million counts as a million.
	BondsMovingAveragePPM uint32
	// BondsPenalty says how far the votes that buy bonds are clipped to consensus: 0 not at all, 65535 entirely.
	BondsPenalty uint16
	// MaxValidators is how many neurons hold a permit after this epoch, the owner not counted.
	MaxValidators uint32
	// ActivityCutoff is the age in blocks at which a neuron that has not voted counts as inactive.
	ActivityCutoff uint64
	// Tempo in blocks stands in for the age of the last epoch when there was none.
	Tempo uint64
	// MinStake is the stake in rao below which a neuron counts as having none; the owner is exempt.
	MinStake uint64
	// HasOwner and OwnerUID name the owner's neuron: always permitted, and allowed to vote for itself.
	HasOwner bool
	OwnerUID uint16
	// CommitReveal also drops votes for neurons that registered after the voter's oldest live commit.
	CommitReveal bool
	// Yuma3 keeps bonds per pair and multiplies by stake at the end; otherwise bonds are shares of each column (plain Yuma).
	Yuma3 bool
	// LiquidAlpha, with Yuma3, moves each bond at its own speed between AlphaLow and AlphaHigh by a logistic curve of
	// AlphaSteepness hundredths.
	LiquidAlpha         bool
	AlphaLow, AlphaHigh uint16
	AlphaSteepness      int16
	// VoteMemoryPPM is the part of its average row that a validator's vote keeps each epoch, in millionths; a million or
	// more counts as all but one of them. The average is what enters the consensus, so noise that lasts one epoch weighs
	// less. 0: votes count as they are.
	VoteMemoryPPM uint32
	// InformationShare is the part of a validator's dividend that it earns only as far as its votes tell what was not
	// public before, and InformationMemoryPPM the part of that measure kept each epoch, in millionths.
	InformationShare     uint16
	InformationMemoryPPM uint32
	// ReceiptShare is the part of a validator's dividend that it earns only as far as it showed receipts of its
	// evaluations. Together with InformationShare at most the whole: what is more is cut from here.
	ReceiptShare uint16
	// ExactPayout divides the emission by largest remainder so that payouts sum to it; otherwise each payout is rounded
	// down by itself, as the published vectors have it.
	ExactPayout bool
	// CarryIfNoIncentive pays nobody when no neuron earned incentive, and sets Output.Carry; otherwise the emission then
	// goes to active stake, or to stake.
	CarryIfNoIncentive bool
}

// CompatParams are the original's defaults: plain Yuma, payouts rounded down, a fallback when nobody earned.
func CompatParams() Params {
	return Params{
		Kappa: 32_767, BondsMovingAveragePPM: 900_000, BondsPenalty: 65_535, MaxValidators: 64, ActivityCutoff: 5_000,
		Tempo: 360, AlphaLow: 45_875, AlphaHigh: 58_982, AlphaSteepness: 1_000,
	}
}

// ChainParams are this chain's defaults: a strict majority of votes averaged over epochs, Yuma 3 bonds, half of a dividend
// for information, payouts exact to the rao, and no pay for a majority that votes for nobody.
func ChainParams() Params {
	p := CompatParams()
	p.Kappa = 32_768
	p.CommitReveal, p.Yuma3, p.ExactPayout, p.CarryIfNoIncentive = true, true, true, true
	p.VoteMemoryPPM, p.InformationShare, p.InformationMemoryPPM = 700_000, 32_768, 980_000
	return p
}
