//! The bytes that end, begin or nest what a statement is made of.
//!
//! One in a dozen bytes of a file is such a mark. Asking each byte by itself would be most of the
//! work of an outline, so marks are looked for in blocks and kept as the bits of a number.

/// How many bytes are looked at in one go; a bit of a `u64` for each.
const BLOCK: usize = 64;

/// Line breaks, brackets, the begin of strings and comments, the backslash that continues a line, and
/// what has no place in Python outside of these.
const MARKS: [u8; 16] = *b"\n\r#\"'\\()[]{}`$?\x0c";

/// The marks of a text, found from its begin to its end.
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    /// Where the block begins whose marks are known.
    block: usize,
    /// The marks in it, the first byte's in the lowest bit.
    found: u64,
}

impl<'a> Marks<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            block: 0,
            found: marks_in(bytes),
        }
    }

    /// The first mark at or behind `position`; the end of the text where there is none.
    pub(super) fn next(&mut self, position: usize) -> usize {
        let offset = position % BLOCK;
        self.go_to(position - offset);
        let mut left = self.found & (u64::MAX << offset);
        while left == 0 {
            let next = self.block + BLOCK;
            if next >= self.bytes.len() {
                return self.bytes.len();
            }
            self.go_to(next);
            left = self.found;
        }
        self.block + left.trailing_zeros() as usize
    }

    fn go_to(&mut self, block: usize) {
        if block != self.block {
            self.block = block;
            self.found = marks_in(self.bytes.get(block..).unwrap_or_default());
        }
    }
}

/// The marks in the first block of `bytes`.
fn marks_in(bytes: &[u8]) -> u64 {
    if let Some(block) = bytes.first_chunk() {
        return marks_in_block(block);
    }
    // The end of the text, made a whole block by bytes that are no marks.
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    marks_in_block(&block)
}

fn marks_in_block(block: &[u8; BLOCK]) -> u64 {
    let mut flags = [0; BLOCK];
    // One mark after the other, not one byte after the other: loops without a branch that the
    // compiler turns into vector instructions.
    for mark in MARKS {
        for (flag, byte) in flags.iter_mut().zip(block) {
            *flag |= u8::from(*byte == mark);
        }
    }
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().rev().fold(0, |marks, eight| {
        // The product brings the flags of eight bytes together in its highest byte.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        marks << 8 | gathered
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_found_across_blocks() {
        let text = format!("(\n{}#{}]", " ".repeat(150), "a".repeat(64));
        let mut marks = Marks::new(text.as_bytes());
        assert_eq!(marks.next(0), 0);
        assert_eq!(marks.next(1), 1);
        assert_eq!(marks.next(2), 152);
        assert_eq!(marks.next(153), 217);
        assert_eq!(marks.next(218), text.len());
        assert_eq!(Marks::new(b"").next(0), 0);
    }

    proptest! {
        #[test]
        fn every_mark_is_found_and_nothing_else(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            skip in 1_usize..200,
        ) {
            let mut marks = Marks::new(&bytes);
            let mut position = 0;
            while position <= bytes.len() {
                let expected = bytes[position..]
                    .iter()
                    .position(|byte| MARKS.contains(byte))
                    .map_or(bytes.len(), |offset| position + offset);
                prop_assert_eq!(marks.next(position), expected);
                position = expected + skip;
            }
        }
    }
}
