package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"strings"
	"time"

	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// ErrTesseract says that the tesseract program could not be run or failed.
var ErrTesseract = errors.New("tesseract failed")

// Tesseract is a Reader that asks the OCR program tesseract, where one is installed, as a process of its own: for lines of
// text better than for single distorted characters. It knows no chances. The picture goes in and the text comes out
// through pipes, so there are no files to clean up, and no shell is involved.
type Tesseract struct {
	Path    string        // of the program; "tesseract" when empty
	Timeout time.Duration // for one picture; 10 seconds when zero. The process is killed after it
}

// Installed is the tesseract program that PATH has.
func Installed() (Tesseract, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return Tesseract{}, fmt.Errorf("%w: %w", ErrTesseract, err)
	}
	return Tesseract{Path: path}, nil
}

// Check has the program read a character, as it will have to: one that lacks its data of a language fails. What it reads
// does not matter.
func (t Tesseract) Check(ctx context.Context) error {
	_, err := t.Read(ctx, picture.NewDice([32]byte{}).Glyph().Gray)
	return err
}

// maxOutput is the most bytes of its text that are kept.
const maxOutput = 64 << 10

// Read runs the program on a picture.
func (t Tesseract) Read(ctx context.Context, g *image.Gray) (eye.Reading, error) {
	path, limit := t.Path, t.Timeout
	if path == "" {
		path = "tesseract"
	}
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	file, err := largePNG(g)
	if err != nil {
		return eye.Reading{}, err
	}
	mode := "6" // a block of text
	if size := g.Rect.Size(); size.X <= size.Y*3/2 {
		mode = "10" // one character
	} else if size.Y < 2*picture.Side {
		mode = "7" // one line
	}
	cmd := exec.CommandContext(ctx, path, "stdin", "stdout", "--psm", mode)
	cmd.Env = append(cmd.Environ(), "OMP_THREAD_LIMIT=1") // its threads wait for each other longer than they read a character
	cmd.Stdin = bytes.NewReader(file)
	cmd.WaitDelay = time.Second
	var out, complaint bounded
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return eye.Reading{}, fmt.Errorf("%w: %s: %w: %.200s", ErrTesseract, path, err, complaint.text())
	}
	return eye.Reading{Text: out.text()}, nil
}

// Tesseract wants letters of twenty pixels or more: a picture is enlarged until it is wantedHigh pixels high, maxTimes-fold
// at most.
const (
	wantedHigh = 4 * picture.Side
	maxTimes   = 8
)

// enlarged is how many times a picture becomes larger in both directions, and how wide a margin it gets. The
// margin follows the shorter side, so that a picture of any form becomes one of eye.MaxPixels three times over at most.
func enlarged(size image.Point) (times, margin int) {
	times = max(min(wantedHigh/max(size.Y, 1), maxTimes), 1)
	for times > 1 && times*times*size.X*size.Y > eye.MaxPixels {
		times--
	}
	return times, max(min(size.X, size.Y)*times/8, 1)
}

// largePNG writes a picture with a margin, enlarged when it is small.
func largePNG(g *image.Gray) ([]byte, error) {
	size := g.Rect.Size()
	times, margin := enlarged(size)
	out := image.NewGray(image.Rect(0, 0, size.X*times+2*margin, size.Y*times+2*margin))
	for i := range out.Pix {
		x, y := i%out.Stride-margin, i/out.Stride-margin
		x, y = min(max(x, 0), size.X*times-1), min(max(y, 0), size.Y*times-1) // the margin is as the border beside it
		out.Pix[i] = g.Pix[y/times*g.Stride+x/times]
	}
	var file bytes.Buffer
	err := png.Encode(&file, out)
	return file.Bytes(), err
}

// bounded keeps the first maxOutput bytes and drops the rest.
type bounded struct{ kept []byte }

func (b *bounded) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(len(p), maxOutput-len(b.kept))]...)
	return len(p), nil
}

func (b *bounded) text() string { return strings.TrimSpace(strings.ToValidUTF8(string(b.kept), "")) }
