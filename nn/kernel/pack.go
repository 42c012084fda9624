package kernel

// panels are the rows of an operand as tiles read them, a tile's rows after another's.
type panels struct {
	data     []float32
	row, col int // steps from a number to the one below and to the next
	step     int // from the first number of a panel to that of the next, for each of its rows
}

// at is where row i begins, in the panel whose first row is first.
func (p panels) at(i, first int) []float32 { return p.data[first*p.step+(i-first)*p.row:] }

// packA lays the rows of a out panel by panel, column after column, unless a's rows can be read as they lie.
func (t *tiled) packA(r *room, a Matrix) panels {
	if a.ColStep == 1 {
		return panels{data: a.Data, row: a.RowStep, col: 1, step: a.RowStep}
	}
	r.a = grow(r.a, (a.Rows+t.rows-1)/t.rows*t.rows*a.Cols)
	for i := 0; i < a.Rows; i += t.rows {
		part, out := a.RowsOf(i, min(t.rows, a.Rows-i)), r.a[i*a.Cols:]
		if part.Rows == t.rows && a.RowStep == 1 {
			t.copyRows(out, t.rows, part.Data, a.ColStep, t.rows, a.Cols)
		} else {
			t.packPanel(out, part)
		}
	}
	return panels{data: r.a, row: 1, col: t.rows, step: a.Cols}
}

// packPanel fills missing rows up with zeros.
func (t *tiled) packPanel(out []float32, a Matrix) {
	for k := range a.Cols {
		column, from := out[k*t.rows:][:t.rows], a.Data[k*a.ColStep:]
		for i := range a.Rows {
			column[i] = from[i*a.RowStep]
		}
		clear(column[a.Rows:])
	}
}

// packB lays the columns of b out tile by tile, row after row.
func (t *tiled) packB(r *room, b Matrix) {
	r.b = grow(r.b, (b.Cols+t.cols-1)/t.cols*t.cols*b.Rows)
	for j := 0; j < b.Cols; j += t.cols {
		width := min(t.cols, b.Cols-j)
		panel, part := r.b[j*b.Rows:][:t.cols*b.Rows], b.Columns(j, width)
		if width < t.cols {
			clear(panel)
		}
		switch {
		case b.ColStep == 1:
			t.copyRows(panel, t.cols, part.Data, b.RowStep, width, b.Rows)
		case b.RowStep == 1:
			t.transpose(panel, t.cols, part.Data, b.ColStep, width, b.Rows)
		default:
			for k := range b.Rows {
				for x := range width {
					panel[k*t.cols+x] = part.Data[k*b.RowStep+x*b.ColStep]
				}
			}
		}
	}
}
