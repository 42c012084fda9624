package picture

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"image"
)

// PNG writes a picture as a file of 8-bit grey. It does not compress: noise would not shrink, and a compressor's output
// changes between releases. The picture must be under 65,535 bytes, as all of this package are.
func PNG(g *image.Gray) []byte {
	size := g.Rect.Size()
	var rows []byte
	for y := range size.Y {
		rows = append(rows, 0) // no filter
		rows = append(rows, g.Pix[y*g.Stride:][:size.X]...)
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, 8, 0, 0, 0, 0) // bits, grey, and the only methods there are
	out := []byte("\x89PNG\r\n\x1a\n")
	out = chunk(out, "IHDR", head)
	out = chunk(out, "IDAT", stored(rows))
	return chunk(out, "IEND", nil)
}

func chunk(out []byte, name string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}

// stored is a zlib stream of one block that is not compressed.
func stored(data []byte) []byte {
	if len(data) > 0xffff {
		panic("a picture is larger than a block") // cannot happen: the longest line has 9,240 bytes
	}
	out := []byte{0x78, 0x01, 1}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(data)))
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(data)))
	return binary.BigEndian.AppendUint32(append(out, data...), adler32.Checksum(data))
}
