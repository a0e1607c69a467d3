//! A picture on a page.

use maud::{Markup, html};

use super::model::{Picture, Size};

/// The picture, in the size that fits. `sizes` says how wide it is shown (HTML, attribute `sizes`); one that is seen without scrolling
/// is `eager`, the others wait until they come near.
pub fn img(picture: &Picture, sizes: &str, eager: bool) -> Markup {
    img_with_alt(picture, &picture.alt, sizes, eager)
}

/// As [`img`], with words of the text it stands in.
pub fn img_with_alt(picture: &Picture, alt: &str, sizes: &str, eager: bool) -> Markup {
    let (width, height) = picture.large;
    let choice = (picture.small != picture.large).then(|| {
        let of = |size: Size, (width, _): (i32, i32)| format!("{} {width}w", picture.address(size));
        format!("{}, {}", of(Size::Small, picture.small), of(Size::Large, picture.large))
    });
    html! {
        img .img-fluid src=(picture.address(Size::Large)) srcset=[choice.as_deref()] sizes=[choice.as_ref().map(|_| sizes)]
            width=(width) height=(height) alt=(alt) decoding="async"
            loading=[(!eager).then_some("lazy")] fetchpriority=[eager.then_some("high")];
    }
}
