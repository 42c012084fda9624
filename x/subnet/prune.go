package subnet

// Ranked is a subnet with what it earns.
type Ranked struct {
	Netuid    uint32
	CreatedAt int64
	Share     uint64
}

// Least chooses the subnet that makes room for a new one (R-SUBNET-10): among those that have existed for at least
// immunityBlocks the one with the smallest share of emission, then the oldest, then the lowest netuid. found is false
// when none is old enough.
func Least(all []Ranked, height, immunityBlocks int64) (netuid uint32, found bool) {
	var least Ranked
	for _, r := range all {
		if height-r.CreatedAt < immunityBlocks {
			continue
		}
		if !found || r.before(least) {
			least, found = r, true
		}
	}
	return least.Netuid, found
}

func (r Ranked) before(o Ranked) bool {
	switch {
	case r.Share != o.Share:
		return r.Share < o.Share
	case r.CreatedAt != o.CreatedAt:
		return r.CreatedAt < o.CreatedAt
	}
	return r.Netuid < o.Netuid
}
