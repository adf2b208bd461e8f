use chrono::NaiveDate;

/// A household and where it lives.
#[derive(Debug)]
pub struct Household {
    /// Where it lives.
    pub area: &'static Area,
    /// 門牌
    pub doorplate: String,
    /// 村里
    pub village: &'static str,
    /// 鄰
    pub neighbour: i64,
    /// 戶長: index of the person.
    pub head: usize,
    /// 立戶日期
    pub established: NaiveDate,
}

/// A township.
#[derive(Debug)]
pub struct Area {
    /// 行政區代碼
    pub code: &'static str,
    /// 鄉鎮市區 with its county before it.
    pub name: &'static str,
    /// 縣市
    pub county: &'static str,
    /// 地政事務所代碼 of the land office in charge.
    pub land_office: &'static str,
}

const fn area(
    code: &'static str,
    name: &'static str,
    county: &'static str,
    land_office: &'static str,
) -> Area {
    Area {
        code,
        name,
        county,
        land_office,
    }
}

pub(crate) const AREAS: &[Area] = &[
    area("63000010", "臺北市松山區", "臺北市", "AD"),
    area("65000260", "新北市貢寮區", "新北市", "FB"),
    area("66000010", "臺中市中區", "臺中市", "BA"),
    area("67000010", "臺南市新營區", "臺南市", "DA"),
    area("64000010", "高雄市鹽埕區", "高雄市", "EA"),
    area("10015010", "花蓮縣花蓮市", "花蓮縣", "UA"),
    area("10017010", "基隆市中正區", "基隆市", "CD"),
];
