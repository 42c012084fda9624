package classifier

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

func shapes() []Shape {
	return []Shape{
		{Kind: Linear, Width: 9, Height: 8, Classes: 4},
		{Kind: MLP, Width: 9, Height: 8, Classes: 4, Hidden: 16},
		{Kind: CNN, Width: 9, Height: 8, Classes: 4, Hidden: 16},
	}
}

// strokes draws a level, an upright or one of two slanted strokes anywhere, dark on light or light on dark.
func strokes(s Shape, seed uint64) Draw {
	r := rand.New(rand.NewPCG(seed, 1))
	return func(n int) ([]float32, []int) {
		pixels, classes := make([]float32, n*s.Pixels()), make([]int, n)
		for i := range n {
			image, ink := pixels[i*s.Pixels():][:s.Pixels()], float32(1-2*r.IntN(2))
			classes[i] = r.IntN(4)
			step := [4][2]int{{1, 0}, {0, 1}, {1, 1}, {1, -1}}[classes[i]]
			x, y := r.IntN(s.Width-3), r.IntN(s.Height-3)
			if step[1] < 0 {
				y += 3
			}
			for j := range image {
				image[j] = float32(r.NormFloat64() * 0.1)
			}
			for range 4 {
				image[y*s.Width+x] += ink
				x, y = x+step[0], y+step[1]
			}
		}
		return pixels, classes
	}
}

func TestShapes(t *testing.T) {
	for _, s := range []Shape{
		{}, {Kind: "brain", Width: 8, Height: 8, Classes: 2}, {Kind: Linear, Width: 8, Height: 8, Classes: 1},
		{Kind: Linear, Width: 1 << 40, Height: 8, Classes: 2}, {Kind: MLP, Width: 8, Height: 8, Classes: 2},
		{Kind: CNN, Width: 3, Height: 8, Classes: 2, Hidden: 4},
	} {
		_, err := New(s, 1)
		require.ErrorIs(t, err, ErrShape, "%+v", s)
	}
	_, err := FromParameters(shapes()[0], nil)
	require.ErrorIs(t, err, ErrShape)
	require.Equal(t, (9*8+1)*4, shapes()[0].Parameters())
}

// Along its gradient every layer's parameters change the loss as the gradient says.
func TestGradients(t *testing.T) {
	for _, s := range shapes() {
		t.Run(string(s.Kind), func(t *testing.T) {
			for _, k := range kernel.All() {
				c, err := New(s, 2)
				require.NoError(t, err)
				c.Use(k)
				pixels, classes := strokes(s, 3)(6)
				_, grads, err := c.gradient(pixels, classes)
				require.NoError(t, err)
				at := 0
				for i, l := range s.layers() {
					weights, _ := l.weights()
					for _, part := range [][2]int{{at, at + weights}, {at + weights, at + l.parameters()}} {
						if part[0] < part[1] {
							checkSlope(t, c, pixels, classes, part[0], grads[part[0]:part[1]], i)
						}
					}
					at += l.parameters()
				}
				checkEach(t, c, pixels, classes, grads)
			}
		})
	}
}

func checkSlope(t *testing.T, c *Classifier, pixels []float32, classes []int, at int, grads []float32, layer int) {
	t.Helper()
	var length float64
	for _, g := range grads {
		length += float64(g) * float64(g)
	}
	length = math.Sqrt(length)
	require.Positive(t, length, "layer %d", layer)
	const step = 2e-3
	loss := func(direction float64) float64 {
		moved := append([]float32(nil), c.params...)
		for i, g := range grads {
			moved[at+i] += float32(direction * step * float64(g) / length)
		}
		other := &Classifier{c.shape, moved, c.kernel}
		nats, _, err := other.gradient(pixels, classes)
		require.NoError(t, err)
		return nats
	}
	require.InEpsilon(t, length, (loss(1)-loss(-1))/(2*step), 0.01, "layer %d", layer)
}

// checkEach compares single parameters, where float32 still shows the slope.
func checkEach(t *testing.T, c *Classifier, pixels []float32, classes []int, grads []float32) {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 8))
	for range 60 {
		i := r.IntN(len(c.params))
		const step = 3e-4 // short, for the loss bends where a relu or a pool changes its mind
		was := c.params[i]
		c.params[i] = was + step
		up, _, err := c.gradient(pixels, classes)
		require.NoError(t, err)
		c.params[i] = was - step
		down, _, err := c.gradient(pixels, classes)
		require.NoError(t, err)
		c.params[i] = was
		require.InDelta(t, (up-down)/(2*step), grads[i], 2e-3, "parameter %d", i)
	}
}

func TestTrainingLearns(t *testing.T) {
	right := map[Kind]int{}
	for _, s := range shapes() {
		c, err := New(s, 1)
		require.NoError(t, err)
		var last Progress
		require.NoError(t, c.Train(context.Background(), strokes(s, 1), Plan{Steps: 400, Peak: 0.01}, func(p Progress) { last = p }))
		require.Equal(t, 400, last.Step)
		nats, n, err := c.Loss(strokes(s, 2)(400))
		require.NoError(t, err)
		require.Less(t, nats, 1.6)
		right[s.Kind] = n
	}
	// Ink and paper change places, so that no weighing of pixels tells the strokes apart.
	require.Less(t, right[Linear], 200)
	require.Greater(t, right[MLP], right[Linear]+40)
	require.Greater(t, right[CNN], 340)
}

func TestTrainingRepeats(t *testing.T) {
	for _, s := range shapes() {
		var params [2][]float32
		for i := range params {
			c, err := New(s, 5)
			require.NoError(t, err)
			require.NoError(t, c.Train(context.Background(), strokes(s, 1), Plan{Steps: 5}, nil))
			params[i] = c.Parameters()
		}
		require.Equal(t, params[0], params[1])
	}
}

// An image's chances are its own, whatever is shown beside it.
func TestChances(t *testing.T) {
	for _, s := range shapes() {
		c, err := New(s, 6)
		require.NoError(t, err)
		pixels, _ := strokes(s, 7)(70)
		all, err := c.Chances(pixels)
		require.NoError(t, err)
		for i := range 70 {
			one, err := c.Chances(pixels[i*s.Pixels():][:s.Pixels()])
			require.NoError(t, err)
			require.Equal(t, one, all[i*s.Classes:][:s.Classes])
			require.InDelta(t, 1, one[0]+one[1]+one[2]+one[3], 1e-5)
		}
	}
}

func TestBadImages(t *testing.T) {
	for _, s := range shapes() {
		c, err := New(s, 6)
		require.NoError(t, err)
		for _, n := range []int{0, 1, s.Pixels() + 1} {
			_, err = c.Chances(make([]float32, n))
			require.ErrorIs(t, err, ErrImage)
		}
		bad := make([]float32, s.Pixels())
		bad[0] = float32(math.NaN())
		_, err = c.Chances(bad)
		require.ErrorIs(t, err, ErrOverrun)
		_, _, err = c.Loss(make([]float32, s.Pixels()), []int{4})
		require.ErrorIs(t, err, ErrImage)
		draw := func(int) ([]float32, []int) { return make([]float32, s.Pixels()), []int{-1} }
		require.ErrorIs(t, c.Train(context.Background(), draw, Plan{Steps: 1}, nil), ErrImage)
		require.ErrorIs(t, c.Train(context.Background(), draw, Plan{}, nil), ErrPlan)
		stopped, stop := context.WithCancel(context.Background())
		stop()
		require.ErrorIs(t, c.Train(stopped, draw, Plan{Steps: 1}, nil), context.Canceled)
	}
}
