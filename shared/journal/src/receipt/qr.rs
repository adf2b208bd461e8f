//! The receipt as a picture to be printed, or shown and scanned.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// The text is too long for a QR code, or the picture could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the receipt cannot be drawn")]
pub struct NotDrawn;

/// A PNG of a QR code that carries `text`: one pixel a module and one bit a pixel, so that it stays small; whoever shows
/// it scales it up.
///
/// # Errors
/// When the text is too long.
pub fn png(text: &str) -> Result<Vec<u8>, NotDrawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|_| NotDrawn)?;
    let (modules, side) = (code.width(), code.width() + 2 * QUIET);
    let stride = side.div_ceil(8);
    // Ones are white.
    let mut pixels = vec![0xff_u8; stride * side];
    for y in 0..modules {
        for x in 0..modules {
            if code[(x, y)] == Color::Dark {
                let (column, row) = (x + QUIET, y + QUIET);
                pixels[row * stride + column / 8] &= !(0x80 >> (column % 8));
            }
        }
    }
    let side = u32::try_from(side).map_err(|_| NotDrawn)?;
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|_| NotDrawn)?;
    writer.write_image_data(&pixels).map_err(|_| NotDrawn)?;
    writer.finish().map_err(|_| NotDrawn)?;
    Ok(picture)
}
