// Package plot draws line charts into SVG and PNG files.
//
// Its one invariant: a chart is drawn whole or not at all. What cannot be drawn is refused before the file is touched,
// and the file is replaced in one step.
//
//	if err := plot.Check(path); err != nil { // before the long computation
//		return err
//	}
//	return plot.Chart{Title: "Dividends", X: plot.Axis{Label: "epoch"}, Y: plot.Axis{Label: "share (%)"}, Series: series}.Write(path)
package plot
