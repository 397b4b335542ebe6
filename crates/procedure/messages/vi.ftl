# Mã lỗi
pro0001 = Không có thủ tục nào mang mã này đang có hiệu lực.
pro0002 = Không tìm thấy hồ sơ.
pro0003 = Không tìm thấy việc này trong hộp việc của cơ quan Anh/Chị.
pro0004 = Người khác vừa xử lý việc này, nên quyết định của Anh/Chị không được ghi. Mời Anh/Chị xem trạng thái mới.
pro0005 = Trạng thái hiện tại không cho phép thao tác này.
pro0006 = Tờ khai còn chỗ cần sửa.
pro0007 = Mã lần nộp này đã dùng cho một tờ khai khác.
pro0008 = Hồ sơ đã được yêu cầu bổ sung một lần. Muốn yêu cầu lần nữa phải nêu lý do.
pro0009 = Việc này đã được hẹn lại một lần, không hẹn lại được nữa.
pro0010 = Việc này cần vai trò { $role }.
pro0011 = Việc này cần tài khoản định danh mức độ 2 của công dân.
pro0012 = Không tìm thấy bản nháp.
pro0013 = Quy định của thủ tục này có lỗi. Chúng tôi đã ghi lại để sửa.
pro0014 = Cơ sở dữ liệu chưa trả lời. Anh/Chị thử lại sau ít phút.
pro0015 = Thủ tục này chưa nộp trực tuyến ở đây được.
pro0016 = Tờ khai quá dài.
pro0017 = Yêu cầu bổ sung phải ghi rõ cần bổ sung gì.
pro0018 = Anh/Chị cần nêu lý do.
pro0019 = Không tìm thấy kết quả.
pro0020 = Ngày hẹn mới phải sau ngày hẹn cũ và sau hiện tại.
pro0021 = Không có dữ liệu khớp.
pro0022 = Khóa chống nộp trùng phải có từ 1 đến 200 ký tự.
pro0099 = Cơ quan được hỏi đã từ chối.
pro0101 = Anh/Chị cần điền mục này.
pro0102 = Giá trị không đúng kiểu.
pro0103 = Ngày này quá xa.
pro0104 = Ngày này nằm trong tương lai.
pro0105 = Có ký tự không được dùng ở đây.
pro0107 = Giá trị này không có trong danh sách.
pro0108 = Nhiều nhất { $limit } ký tự.
pro0111 = Số điện thoại chưa đúng.
pro0112 = Địa chỉ thư điện tử chưa đúng.
pro0113 = Chưa đúng dạng { $pattern } (9 là chữ số, A là chữ hoa hoặc chữ số).
pro0114 = Số này nằm ngoài khoảng cho phép.
pro0115 = Nhiều nhất { $limit } mục.

# Trạng thái hồ sơ (danh mục của Cổng Dịch vụ công quốc gia)
dossier-status-1 = Mới đăng ký
dossier-status-2 = Được tiếp nhận
dossier-status-3 = Không được tiếp nhận
dossier-status-4 = Đang xử lý
dossier-status-5 = Yêu cầu bổ sung giấy tờ
dossier-status-6 = Yêu cầu thực hiện nghĩa vụ tài chính
dossier-status-7 = Công dân yêu cầu rút hồ sơ
dossier-status-8 = Dừng xử lý
dossier-status-9 = Đã xử lý xong
dossier-status-10 = Đã trả kết quả

step-state-waiting = Chưa đến lượt
step-state-sent = Đã chuyển đến cơ quan
step-state-accepted = Cơ quan đang xử lý
step-state-question = Chờ Anh/Chị bổ sung
step-state-done = Xong
step-state-refused = Bị từ chối
step-state-dropped = Không thực hiện
step-state-lapsed = Dừng vì không bổ sung
step-state-cancelled = Đã rút

task-state-new = Mới đến
task-state-accepted = Đang xử lý
task-state-question = Chờ công dân bổ sung
task-state-performing = Đang ghi vào sổ
task-state-done = Xong
task-state-refused = Đã từ chối
task-state-cancelled = Công dân đã rút


decision-accept = Tiếp nhận
decision-ask-supplement = Yêu cầu bổ sung
decision-refuse = Từ chối
decision-approve = Duyệt
decision-hand-over = Chuyển người khác
decision-apologise = Xin lỗi và hẹn lại


task-event-received = Đến hộp việc
task-event-answered = Công dân đã bổ sung
task-event-accepted = Đã tiếp nhận
task-event-question = Đã yêu cầu bổ sung
task-event-refused = Đã từ chối
task-event-approved = Đã duyệt
task-event-handed-over = Đã chuyển người khác
task-event-apologised = Đã xin lỗi và hẹn lại
task-event-fault = Ghi sổ không thành, trả lại cán bộ
task-event-done = Đã xong
task-event-cancelled = Công dân đã rút
task-event-lapsed = Công dân không bổ sung trong thời hạn
task-event-soon-late = Sắp đến hạn
task-event-late = Quá hạn

# Lỗi của gói dữ liệu, dành cho người soạn.
pro0201 = Định nghĩa không nêu căn cứ pháp lý.
pro0202 = Một quy tắc của biểu mẫu xuất hiện hai lần.
pro0203 = Có tên trỏ đến trường, nguồn hoặc tra cứu không tồn tại.
pro0204 = Lược đồ của biểu mẫu không dùng được.
pro0205 = Có tên trỏ đến dịch vụ không tồn tại hoặc cơ quan đó không cung cấp.
pro0206 = Có tên trỏ đến biểu mẫu không tồn tại.
pro0207 = Định dạng mã hồ sơ không dùng được.
pro0208 = Sơ đồ của nhóm thủ tục có thành phần lạ, vòng lặp hoặc thành phần trùng.
pro0209 = Có tên trỏ đến thủ tục không tồn tại.
pro0210 = Không có thời hạn nào áp dụng khi mọi điều kiện đều không thỏa.
pro0211 = Thiếu một thông báo gửi công dân.
