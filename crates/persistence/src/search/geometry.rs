//! How a person's events are cut into blocks: each holds [`BLOCK`] events, [`FAN`] blocks make one of the next level, and a
//! block is there once all of it is.

use chatapp_domain::ports::search::BLOCK;

/// How many blocks one of the next level covers: as many as a mask has bits.
pub(super) const FAN: i64 = 64;

/// The highest level; its blocks cover more events than anybody will have.
pub(super) const TOP: i16 = 4;

/// Into how many parts the dictionaries above the lowest level are divided, so that a search reads only the parts that
/// its words are in.
pub(super) const SHARDS: i16 = 16;

/// A block of a person's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Block {
    pub(super) level: i16,
    pub(super) number: i64,
}

/// How many events a block of a level covers.
pub(super) fn width(level: i16) -> i64 {
    (0..level).fold(BLOCK, |width, _| width * FAN)
}

impl Block {
    pub(super) fn lowest(number: i64) -> Self {
        Self { level: 0, number }
    }

    /// The first place in it.
    pub(super) fn start(self) -> i64 {
        self.number * width(self.level)
    }

    /// The first place after it.
    pub(super) fn end(self) -> i64 {
        self.start() + width(self.level)
    }

    /// The part of it with this bit in its dictionary's masks.
    pub(super) fn part(self, bit: i64) -> Self {
        Self { level: self.level - 1, number: self.number * FAN + bit }
    }

    /// The block that is full with this one, if one is.
    pub(super) fn completes(self) -> Option<Self> {
        let full = self.level < TOP && self.number % FAN == FAN - 1;
        full.then(|| Self { level: self.level + 1, number: self.number / FAN })
    }
}

/// The largest blocks that cover the places before `end`, oldest first; the last may reach past it. `indexed` is the first
/// place that is in no block.
pub(super) fn cover(end: i64, indexed: i64) -> Vec<Block> {
    let mut end = end.min(indexed);
    let mut blocks = Vec::new();
    while end > 0 {
        let lowest = Block::lowest((end - 1) / BLOCK);
        let mut block = lowest;
        // A block whose end is this one's end is there, since everything before `indexed` is.
        while lowest.end() == end
            && let Some(larger) = block.completes()
        {
            block = larger;
        }
        blocks.push(block);
        end = block.start();
    }
    blocks.reverse();
    blocks
}

/// In which part of a divided dictionary a term is: all terms that begin with the same character are together.
pub(super) fn shard(level: i16, term: &str) -> i16 {
    if level == 0 {
        return 0;
    }
    let first = term.chars().next().map_or(0, u32::from);
    let spread = first.wrapping_mul(0x9e37_79b1) >> 16;
    i16::try_from(spread % u32::from(SHARDS.unsigned_abs())).unwrap_or_default()
}

/// How many parts a level's dictionaries have.
pub(super) fn shards(level: i16) -> i16 {
    if level == 0 { 1 } else { SHARDS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_holds_every_place_once_and_uses_large_blocks() {
        for indexed in [0, 64, 640, 4096, 4096 + 64, 64 * 4096 + 5 * 4096 + 7 * 64] {
            for end in [0, 1, 63, 64, 65, 700, 4095, 4096, 4097, 300_000, i64::MAX] {
                let blocks = cover(end, indexed);
                let mut next = 0;
                for block in &blocks {
                    assert_eq!(block.start(), next, "{end} of {indexed}");
                    next = block.end();
                }
                assert!(next >= end.min(indexed) && next <= indexed, "{end} of {indexed}");
                assert!(blocks.len() <= 64 * 5);
            }
        }
        assert_eq!(cover(4096, 4096), [Block { level: 1, number: 0 }]);
        assert_eq!(cover(4160, 4160), [Block { level: 1, number: 0 }, Block::lowest(64)]);
    }

    #[test]
    fn a_block_is_full_with_its_last_part() {
        assert_eq!(Block::lowest(62).completes(), None);
        assert_eq!(Block::lowest(63).completes(), Some(Block { level: 1, number: 0 }));
        let block = Block { level: 2, number: 3 };
        assert_eq!(block.part(63).completes(), Some(block));
        assert_eq!((block.part(0).start(), block.part(63).end()), (block.start(), block.end()));
        assert_eq!(Block { level: TOP, number: 63 }.completes(), None);
    }
}
